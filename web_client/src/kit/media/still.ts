/** A still picture at the best that the camera gives: its photo mode where there is one, else its largest frame. */

/** Not in every browser's types, nor in every browser. */
interface PhotoCapture {
  getPhotoCapabilities(): Promise<{ readonly imageWidth?: { readonly max: number }; readonly imageHeight?: { readonly max: number } }>;
  takePhoto(settings?: { imageWidth?: number; imageHeight?: number }): Promise<Blob>;
}

type CaptureMaker = new (track: MediaStreamTrack) => PhotoCapture;

const PHOTO_WITHIN_MS = 8_000;
const FRAME_WITHIN_MS = 4_000;
const JPEG_QUALITY = 0.92;

/** Rejects when neither way gives a picture. The track runs on as it was. */
export async function takeStill(track: MediaStreamTrack): Promise<Blob> {
  const Capture = (window as { ImageCapture?: CaptureMaker }).ImageCapture;
  if (Capture !== undefined) {
    try {
      const photo = await within(PHOTO_WITHIN_MS, takePhoto(new Capture(track)));
      return photo.type === "image/jpeg" ? photo : await asJpeg(photo);
    } catch {
      // Its camera has no photo mode, or another program holds it: a frame then.
    }
  }
  return takeFrame(track);
}

async function takePhoto(capture: PhotoCapture): Promise<Blob> {
  const { imageWidth, imageHeight } = await capture.getPhotoCapabilities();
  const largest = imageWidth !== undefined && imageHeight !== undefined && imageWidth.max > 0 && imageHeight.max > 0;
  return capture.takePhoto(largest ? { imageWidth: imageWidth.max, imageHeight: imageHeight.max } : {});
}

/** One frame at the camera's largest size: the track is asked for more for a moment, and given back as it was. */
async function takeFrame(track: MediaStreamTrack): Promise<Blob> {
  const before = track.getConstraints();
  const { width, height } = track.getCapabilities?.() ?? {};
  const raised = width?.max !== undefined && height?.max !== undefined;
  if (raised) {
    await track.applyConstraints({ ...before, width: { ideal: width.max! }, height: { ideal: height.max! } }).catch(() => undefined);
  }
  const video = document.createElement("video");
  try {
    video.muted = true;
    video.playsInline = true;
    video.srcObject = new MediaStream([track]);
    await within(FRAME_WITHIN_MS, video.play());
    await within(FRAME_WITHIN_MS, nextFrame(video));
    return await drawn(video, video.videoWidth, video.videoHeight);
  } finally {
    video.srcObject = null;
    if (raised) await track.applyConstraints(before).catch(() => undefined);
  }
}

function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(() => resolve());
    else setTimeout(resolve, 300);
  });
}

/** Some cameras' photos come as PNG: of twelve million pixels that is more than a visit takes. */
async function asJpeg(photo: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(photo);
  try {
    return await drawn(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

function drawn(picture: CanvasImageSource, width: number, height: number): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error("no picture")) : resolve(blob)), "image/jpeg", JPEG_QUALITY);
  });
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("too slow")), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
