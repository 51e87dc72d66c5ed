// Test-only: the camera, asked for and granted as always, shows `cameraColour` with a bright bar that moves.
(() => {
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const stream = await ask(wanted);
    for (const real of stream.getVideoTracks()) {
      const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
      const pen = canvas.getContext("2d");
      let at = 0;
      const timer = setInterval(() => {
        pen.fillStyle = window.cameraColour;
        pen.fillRect(0, 0, 640, 360);
        pen.fillStyle = "#ddd";
        pen.fillRect((at += 8) % 600, 0, 40, 360);
      }, 66);
      const painted = canvas.captureStream(15).getVideoTracks()[0];
      const stop = painted.stop.bind(painted);
      painted.stop = () => { clearInterval(timer); real.stop(); stop(); };
      painted.getSettings = () => real.getSettings();
      stream.removeTrack(real);
      stream.addTrack(painted);
    }
    return stream;
  };
})();
