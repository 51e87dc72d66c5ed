// Test-only: gives the fake camera the shape that real devices report, or a way of failing. `cameraShape` names it.
(() => {
  const shape = window.cameraShape;
  if (shape === "insecure") {
    Object.defineProperty(Navigator.prototype, "mediaDevices", { get: () => undefined, configurable: true });
    return;
  }
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const ask = devices.getUserMedia.bind(devices), list = devices.enumerateDevices.bind(devices);
  const refuse = (name, message) => () => Promise.reject(new DOMException(message, name));
  const failures = {
    denied: refuse("NotAllowedError", "Permission denied"),
    dismissed: refuse("NotAllowedError", "Permission dismissed"),
    absent: refuse("NotFoundError", "Requested device not found"),
    busy: refuse("NotReadableError", "Could not start video source"),
    hanging: () => new Promise(() => {}),
  };
  devices.getUserMedia = (wanted = {}) => (wanted.video && failures[shape] ? failures[shape]() : ask(wanted));
  if (shape === "absent") {
    devices.enumerateDevices = async () => (await list()).filter((device) => device.kind !== "videoinput");
  }
  if (shape === "denied" && navigator.permissions) {
    const query = navigator.permissions.query.bind(navigator.permissions);
    navigator.permissions.query = async (what) =>
      what.name === "camera" ? Object.assign(new EventTarget(), { state: "denied", onchange: null }) : query(what);
  }
  const facing = { phone: "user", back_only: "environment" }[shape];
  const settings = MediaStreamTrack.prototype.getSettings, able = MediaStreamTrack.prototype.getCapabilities;
  const put = (answer, track, value) => {
    if (track.kind !== "video") return answer;
    if (facing) answer.facingMode = value(facing);
    else delete answer.facingMode;
    return answer;
  };
  MediaStreamTrack.prototype.getSettings = function () { return put(settings.call(this), this, (f) => f); };
  MediaStreamTrack.prototype.getCapabilities = function () { return put(able.call(this), this, (f) => [f]); };
})();
