// A bare end of a visit, with the product's lines: microphone and camera to send, one slot of each kind to receive.
// On a narrow way up it sends what the product's page would: `product` is taken of that (ends.py).
window.end = (() => {
  const post = async (name, sdp) => {
    const answer = await fetch(`/offer/${name}`, { method: "POST", body: sdp });
    if (!answer.ok) throw new Error(`refused: ${answer.status}`);
    return answer.text();
  };
  const fit = async (camera, sizing) => {
    const parameters = camera.getParameters();
    product.shape(parameters.encodings, { wanted: ["h"], maxBitrate: 1_500_000, size: sizing.size });
    parameters.degradationPreference = "maintain-resolution";
    await camera.setParameters(parameters);
  };
  const connect = async (name, tracks, within) => {
    let camera;
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    const began = performance.now();
    for (const kind of ["audio", "video"]) {
      const line = pc.addTransceiver(kind, { direction: "sendonly" });
      await line.sender.replaceTrack(tracks?.[kind] ?? null);
      if (kind === "video") camera = line.sender;
    }
    const sizing = new product.Sizing();
    await fit(camera, sizing);
    const heard = new MediaStream();
    for (const kind of ["audio", "video"]) {
      heard.addTrack(pc.addTransceiver(kind, { direction: "recvonly" }).receiver.track);
    }
    await pc.setLocalDescription();
    const up = new Promise((resolve) => {
      pc.addEventListener("connectionstatechange", () => {
        if (pc.connectionState === "connected") resolve((performance.now() - began) / 1000);
      });
      setTimeout(() => resolve(null), within * 1000);
    });
    await pc.setRemoteDescription({ type: "answer", sdp: await post(name, pc.localDescription.sdp) });
    return { pc, heard, camera, sizing, seconds: await up };
  };
  // As long as the connection is this one, every two seconds.
  const fitAsItGoes = async ({ pc, camera, sizing }) => {
    let before = null;
    while (pc === kept.pc) {
      const now = product.countsOf((await pc.getStats()).values(), performance.now());
      const sample = before === null ? null : product.sampleOf(before, now);
      before = now;
      if (sample !== null && sizing.hear(sample.mayUpKbps, now.at)) await fit(camera, sizing);
      await new Promise((resolve) => setTimeout(resolve, product.MEASURE_EVERY_MS));
    }
  };
  let kept = null;
  let own = null;
  let longest = 0;
  let listening = 0;
  const inbound = async () => {
    const found = {};
    for (const report of (await kept.pc.getStats()).values()) {
      if (report.type === "inbound-rtp") found[report.kind] = { ...report };
      if (report.type === "outbound-rtp" && report.kind === "video") found.sent = report.bytesSent;
    }
    return found;
  };
  return {
    // How long each of so many connections took, in seconds; null: it did not come about.
    async setUps(name, count, within) {
      const seconds = [];
      for (let number = 0; number < count; number += 1) {
        const made = await connect(`${name}-${number}`, null, within);
        seconds.push(made.seconds);
        made.pc.close();
      }
      return seconds;
    },
    async joins(name) {
      own ??= await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
      kept?.pc.close();
      for (const old of document.querySelectorAll("video")) old.remove();
      clearInterval(listening);
      kept = await connect(name, { audio: own.getAudioTracks()[0], video: own.getVideoTracks()[0] }, 20);
      const video = Object.assign(document.createElement("video"), { srcObject: kept.heard, autoplay: true });
      document.body.append(video);
      void fitAsItGoes(kept);
      // The longest time in which all sound was made up, silence between the bursts of the tone left out.
      let before = null;
      let made = 0;
      listening = setInterval(async () => {
        const { audio } = await inbound();
        if (audio === undefined) return;
        if (before !== null) {
          const all = audio.totalSamplesReceived - before.totalSamplesReceived;
          const concealed = audio.concealedSamples - before.concealedSamples;
          made = all > 0 && concealed > 0.9 * all ? made + all / 48000 : 0;
          longest = Math.max(longest, made);
        }
        before = audio;
      }, 200);
      return kept.seconds;
    },
    kept: () => kept.pc,
    async begin() {
      longest = 0;
      return inbound();
    },
    async stop() {
      return { ...(await inbound()), longest };
    },
  };
})();
