// Test-only: the devices of a phone, two cameras drawn here (front: green, back: magenta) and two microphones.
// `offered.cut(kind)` ends what is in use, `offered.mute(kind)` mutes it for good as a telephone call does,
// `offered.unplug(id)` takes a device away, `offered.busy` names devices that another program holds,
// `offered.oneCamera`: the phone lends out one camera at a time. `offered.asked` lists what was opened.
(() => {
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const ask = devices.getUserMedia.bind(devices);
  const list = [
    { kind: "videoinput", deviceId: "front", label: "camera2 1, facing front", facing: "user", colour: "#0a0" },
    { kind: "videoinput", deviceId: "back", label: "camera2 0, facing back", facing: "environment", colour: "#c0c" },
    { kind: "audioinput", deviceId: "built-in", label: "Built-in microphone" },
    { kind: "audioinput", deviceId: "headset", label: "Headset" },
    { kind: "audiooutput", deviceId: "default", label: "Default" },
    { kind: "audiooutput", deviceId: "headphones", label: "Headphones" },
  ];
  const offered = (window.offered = { asked: [], busy: new Set(), oneCamera: false, live: { video: null, audio: null } });
  const failure = (name) => new DOMException(name, name);

  const draw = (colour) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    const pen = canvas.getContext("2d");
    let n = 0;
    const timer = setInterval(() => {
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 640, 360);
      pen.fillStyle = "#fff";
      pen.fillRect((n += 8) % 600, 0, 40, 360);
    }, 66);
    const [track] = canvas.captureStream(15).getVideoTracks();
    return Object.assign(track, { timer });
  };
  const shape = (track, device) => {
    const stop = track.stop.bind(track);
    const settings = { ...track.getSettings(), deviceId: device.deviceId };
    if (device.facing) settings.facingMode = device.facing;
    Object.defineProperties(track, {
      label: { value: device.label },
      muted: { get: () => track.silenced === true },
      getSettings: { value: () => settings },
      stop: { value: () => { clearInterval(track.timer); stop(); } },
    });
    offered.live[track.kind] = track;
    return track;
  };
  const idOf = (wish) => wish?.deviceId?.exact ?? wish?.deviceId?.ideal;
  const find = (kind, wish) => {
    const there = list.filter((device) => device.kind === kind);
    const named = there.find((device) => device.deviceId === idOf(wish));
    if (named) return named;
    if (wish?.deviceId?.exact) throw Object.assign(failure("OverconstrainedError"), { constraint: "deviceId" });
    const device = there.find(({ facing }) => facing && facing === wish?.facingMode?.ideal) ?? there[0];
    if (!device) throw failure("NotFoundError");
    return device;
  };
  devices.getUserMedia = async (wanted) => {
    const kind = wanted.video ? "videoinput" : "audioinput";
    const device = find(kind, wanted.video || wanted.audio);
    const { live } = offered;
    const held = offered.oneCamera && kind === "videoinput" && live.video?.readyState === "live";
    if (held || offered.busy.has(device.deviceId)) throw failure("NotReadableError");
    const track = kind === "videoinput" ? draw(device.colour) : (await ask({ audio: true })).getTracks()[0];
    offered.asked.push(device.deviceId);
    return new MediaStream([shape(track, device)]);
  };
  devices.enumerateDevices = async () => list.map((device) => ({ ...device, groupId: "" }));
  offered.cut = (kind) => {
    const track = offered.live[kind];
    track.stop();
    track.dispatchEvent(new Event("ended"));
  };
  offered.mute = (kind) => {
    offered.live[kind].silenced = true;
    offered.live[kind].dispatchEvent(new Event("mute"));
  };
  offered.unplug = (id) => {
    list.splice(list.findIndex((device) => device.deviceId === id), 1);
    for (const kind of ["video", "audio"]) if (offered.live[kind]?.getSettings().deviceId === id) offered.cut(kind);
    devices.dispatchEvent(new Event("devicechange"));
  };
})();
