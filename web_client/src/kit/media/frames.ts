/** The first decoded frame, and whether a picture is black. */

type WithFrames = HTMLVideoElement & { requestVideoFrameCallback?: (call: () => void) => number };

/** Calls once, when the next new frame of `video` is shown. */
export function onNextFrame(video: HTMLVideoElement, call: () => void): () => void {
  let wanted = true;
  const once = () => {
    if (wanted) call();
    wanted = false;
  };
  const told = video as WithFrames;
  if (told.requestVideoFrameCallback !== undefined) told.requestVideoFrameCallback(once);
  else video.addEventListener("timeupdate", once, { once: true });
  return () => {
    wanted = false;
  };
}

const SIDE = 16;

/** Mean brightness of what the video shows now, 0 (black) to 255; null before its first frame. */
export function brightness(video: HTMLVideoElement): number | null {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return null;
  const canvas = document.createElement("canvas");
  canvas.width = SIDE;
  canvas.height = SIDE;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (pen === null) return null;
  pen.drawImage(video, 0, 0, SIDE, SIDE);
  const { data } = pen.getImageData(0, 0, SIDE, SIDE);
  let sum = 0;
  for (let n = 0; n < data.length; n += 4) {
    sum += 0.299 * (data[n] ?? 0) + 0.587 * (data[n + 1] ?? 0) + 0.114 * (data[n + 2] ?? 0);
  }
  return sum / (SIDE * SIDE);
}

const HIDDEN_WITHIN_MS = 150;

/** Comes back when what was changed last is on the screen; a hidden page, which paints nothing, does not wait long. */
export function afterPaint(): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, HIDDEN_WITHIN_MS);
    requestAnimationFrame(() =>
      setTimeout(() => {
        clearTimeout(late);
        resolve();
      }),
    );
  });
}
