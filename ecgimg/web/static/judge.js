// Judges a picture before it is sent: too dark, blurred, or cut off. Pure functions over grey pixels.

const SIDE = 480; // pixels of the longer side that is judged
const DARK = 70; // mean grey of 255
const BLURRED = 0.045; // print is thin: sharp paper has steps of grey from pixel to pixel
const CUT = 0.75; // of the print's density inside that lies along the border of a picture that ends amid the page

/** Grey pixels of a video, image or bitmap, at most SIDE long. */
export function greyOf(source, width, height, canvas) {
  const factor = Math.min(1, SIDE / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * factor));
  canvas.height = Math.max(1, Math.round(height * factor));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const grey = new Float32Array(canvas.width * canvas.height);
  for (let k = 0; k < grey.length; k++) grey[k] = 0.3 * data[4 * k] + 0.59 * data[4 * k + 1] + 0.11 * data[4 * k + 2];
  return { grey, width: canvas.width, height: canvas.height };
}

/** "dark", "blurred", "cut", or "" where the picture looks right. */
export function judge({ grey, width, height }) {
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  if (mean < DARK) return "dark";
  const edges = edgeStrength(grey, width, height);
  const inside = meanIn(edges, width, height, 0.15, 0.85, 0.15, 0.85);
  if (inside / Math.max(mean, 1) < BLURRED) return "blurred";
  const m = 0.02;
  const sides = [
    meanIn(edges, width, height, 0.1, 0.9, 0, m),
    meanIn(edges, width, height, 0.1, 0.9, 1 - m, 1),
    meanIn(edges, width, height, 0, m, 0.1, 0.9),
    meanIn(edges, width, height, 1 - m, 1, 0.1, 0.9),
  ];
  return Math.max(...sides) > CUT * inside ? "cut" : "";
}

function edgeStrength(grey, width, height) {
  const edges = new Float32Array(grey.length);
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const k = y * width + x;
      edges[k] = Math.abs(4 * grey[k] - grey[k - 1] - grey[k + 1] - grey[k - width] - grey[k + width]) / 4;
    }
  return edges;
}

function meanIn(values, width, height, x0, x1, y0, y1) {
  let sum = 0;
  let count = 0;
  for (let y = Math.max(1, Math.floor(y0 * height)); y < Math.min(height - 1, Math.ceil(y1 * height)); y++)
    for (let x = Math.max(1, Math.floor(x0 * width)); x < Math.min(width - 1, Math.ceil(x1 * width)); x++) {
      sum += values[y * width + x];
      count++;
    }
  return count ? sum / count : 0;
}
