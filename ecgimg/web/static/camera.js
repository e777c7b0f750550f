// The camera of the browser, with a frame and a hint.

import { $ } from "./dom.js";
import { greyOf, judge } from "./judge.js";
import { HINTS } from "./words.js";

const JUDGE_MS = 400;

export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

/** Shows the camera until a photo is taken; a JPEG, or null where the user cancels. */
export async function takePhoto() {
  const wanted = { facingMode: "environment", width: { ideal: 4096 }, height: { ideal: 3072 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  const video = $("video");
  video.srcObject = stream;
  await video.play();
  video.parentElement.style.aspectRatio = `${video.videoWidth} / ${video.videoHeight}`; // the frame lies on the picture
  const canvas = document.createElement("canvas");
  const timer = setInterval(() => {
    if (!video.videoWidth) return;
    const problem = judge(greyOf(video, video.videoWidth, video.videoHeight, canvas));
    $("hint").textContent = HINTS[problem];
    $("hint").dataset.problem = problem;
  }, JUDGE_MS);
  try {
    const isTaken = await new Promise((resolve) => {
      $("shoot").onclick = () => resolve(true);
      $("cancel-camera").onclick = () => resolve(false);
    });
    return isTaken ? await still(stream, video) : null;
  } finally {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

async function still(stream, video) {
  if ("ImageCapture" in window) {
    try {
      return await new ImageCapture(stream.getVideoTracks()[0]).takePhoto();
    } catch {
      // some cameras give video only
    }
  }
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}
