// Test-only: who is on the stage, by caption, and whose colour their picture has now (see devices.py).
window.stage = {
  shown() {
    const found = {};
    for (const tile of document.querySelectorAll(".person")) {
      found[tile.querySelector("figcaption").innerText.replace(/\n/g, " ")] = hue(tile.querySelector("video"));
    }
    return found;
  },
  shows(wanted) {
    const shown = Object.entries(this.shown());
    const names = Object.entries(wanted);
    return (
      shown.length === names.length &&
      names.every(([name, colour]) => shown.some(([caption, seen]) => caption.startsWith(name) && seen === colour))
    );
  },
};

/** red, green or blue; none for black or grey. */
function hue(video) {
  if (video === null || video.videoWidth === 0) return "none";
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 8;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, 0, 0, 8, 8);
  const { data } = pen.getImageData(0, 0, 8, 8);
  const mean = [0, 1, 2].map((n) => data.filter((_, at) => at % 4 === n).reduce((sum, one) => sum + one) / 64);
  const strongest = Math.max(...mean);
  if (strongest < 40 || strongest - Math.min(...mean) < 40) return "none";
  return ["red", "green", "blue"][mean.indexOf(strongest)];
}
