// Figures and names as the page shows them.

export const percent = (share) => `${share > 0 && share < 0.01 ? "<1" : Math.round(100 * share)} %`;
export const unit = (text) => (text === "degrees" ? "\u00b0" : text);
export const short = (value) =>
  value === null || value === undefined ? "\u2013" : String(Number(value.toPrecision(3)));
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
