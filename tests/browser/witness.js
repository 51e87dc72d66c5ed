// Test-only: sees what a page really decodes. Wraps RTCPeerConnection and reads every remote track beside the page:
// window.witness.frames: epoch ms of each decoded video frame; witness.colour(): mean Y, Cb, Cr of the last one;
// witness.hertz(): the strongest frequency heard in the next moments.
(() => {
  // witness.handshakes: ms from the offer being made to DTLS connected, one per connection.
  const witness = (window.witness = { frames: [], connections: 0, handshakes: [], connected: [] });
  let last = null, analyser = null, context = null;
  // Each watcher answers how to stop: a page that holds visit after visit must not carry the watchers of ended ones.
  const watchVideo = (track) => (window.MediaStreamTrackProcessor ? readTrack(track) : watchShown(track));
  // Where a page cannot read a track's frames, a picture of it is looked at each time that it shows a new one.
  const watchShown = (track) => {
    const shown = Object.assign(document.createElement("video"), { muted: true, srcObject: new MediaStream([track]) });
    const saw = () => {
      witness.frames.push(performance.timeOrigin + performance.now());
      last = { shown, get displayWidth() { return shown.videoWidth; }, get displayHeight() { return shown.videoHeight; } };
      shown.requestVideoFrameCallback(saw);
    };
    shown.requestVideoFrameCallback(saw);
    shown.play().catch(() => {});
    return () => { shown.srcObject = null; };
  };
  const readTrack = (track) => {
    const copy = track.clone();
    const reader = new MediaStreamTrackProcessor({ track: copy }).readable.getReader();
    void readVideo(reader);
    return () => { copy.stop(); void reader.cancel(); };
  };
  const readVideo = async (reader) => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      witness.frames.push(performance.timeOrigin + performance.now());
      if (witness.frames.length > 5000) witness.frames.splice(0, 2500);
      if (last) last.close();
      last = value;
    }
  };
  const watchAudio = (track) => {
    context ??= new AudioContext();
    analyser ??= Object.assign(context.createAnalyser(), { fftSize: 4096, smoothingTimeConstant: 0 });
    const stream = new MediaStream([track]);
    const element = Object.assign(new Audio(), { srcObject: stream, muted: true });
    element.play().catch(() => {}); // Chromium decodes a remote track only for an element
    const source = context.createMediaStreamSource(stream);
    source.connect(analyser);
    return () => { source.disconnect(); element.srcObject = null; };
  };
  // Firefox listens to nothing without a loudspeaker, and a machine for tests has none: record, then look at it.
  const hertzOf = async (track, ms) => {
    const recorder = new MediaRecorder(new MediaStream([track]));
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    setTimeout(() => recorder.stop(), ms);
    await stopped;
    const sound = await new OfflineAudioContext(1, 1, 48000).decodeAudioData(await new Blob(parts).arrayBuffer());
    const wave = sound.getChannelData(0).subarray(-sound.sampleRate / 2);
    const strength = (hertz) => {
      let re = 0, im = 0;
      for (let n = 0; n < wave.length; n++) {
        const turn = (2 * Math.PI * hertz * n) / sound.sampleRate;
        re += wave[n] * Math.cos(turn);
        im += wave[n] * Math.sin(turn);
      }
      return Math.hypot(re, im) / wave.length;
    };
    let best = 100;
    for (let hertz = 100; hertz < 2000; hertz += 5) if (strength(hertz) > strength(best)) best = hertz;
    return strength(best) > 1e-4 ? best : null;
  };
  const Real = window.RTCPeerConnection;
  if (Real) {
    window.RTCPeerConnection = class extends Real {
      offered = null;
      watchers = [];
      watched = new Set();
      seen = null;
      heard = null;
      close() {
        super.close();
        for (const stop of this.watchers.splice(0)) stop();
      }
      async setLocalDescription(...args) {
        await super.setLocalDescription(...args);
        this.offered ??= performance.now();
      }
      constructor(...args) {
        super(...args);
        witness.connections += 1;
        witness.last = this;
        this.addEventListener("connectionstatechange", () => {
          if (this.connectionState === "connected" && this.offered !== null) {
            witness.connected.push(performance.timeOrigin + performance.now());
            witness.handshakes.push(performance.now() - this.offered);
            this.offered = null;
            if (this.seen) this.watchers.push(watchVideo(this.seen));
            this.seen = null;
          }
        });
        // Of the slots the first of each kind is the other side's; watching the empty ones would slow what is measured,
        // and so would watching any before there is a connection that may be measured.
        this.addEventListener("track", ({ track }) => {
          if (this.watched.has(track.kind)) return;
          this.watched.add(track.kind);
          if (track.kind === "audio") this.heard = track;
          else this.seen = track;
        });
      }
    };
  }
  witness.size = () => (last ? [last.displayWidth, last.displayHeight] : null);
  witness.colour = async () => {
    if (!last) return null;
    const canvas = new OffscreenCanvas(64, 36), pen = canvas.getContext("2d");
    pen.drawImage(last.shown ?? last, 0, 0, 64, 36);
    const px = pen.getImageData(0, 0, 64, 36).data;
    const sum = [0, 0, 0];
    for (let i = 0; i < px.length; i += 4) for (let c = 0; c < 3; c++) sum[c] += px[i + c];
    return sum.map((s) => Math.round(s / (px.length / 4)));
  };
  // The sound is listened to from the first question on: its machinery is heavier than all that a page does.
  witness.hertz = async (ms = 1500) => {
    const { last: connection } = witness;
    if (!window.MediaStreamTrackProcessor) return connection?.heard ? hertzOf(connection.heard, ms) : null;
    if (connection?.heard) connection.watchers.push(watchAudio(connection.heard));
    if (connection) connection.heard = null;
    if (!analyser) return null;
    if (context.state !== "running") await context.resume();
    const bins = new Float32Array(analyser.frequencyBinCount), total = new Float64Array(analyser.frequencyBinCount);
    const until = performance.now() + ms;
    while (performance.now() < until) {
      await new Promise((r) => setTimeout(r, 50));
      analyser.getFloatFrequencyData(bins);
      for (let i = 4; i < bins.length; i++) if (Number.isFinite(bins[i])) total[i] += 10 ** (bins[i] / 10);
    }
    let best = 4;
    for (let i = 4; i < total.length; i++) if (total[i] > total[best]) best = i;
    return total[best] > 1e-8 ? (best * context.sampleRate) / analyser.fftSize : null;
  };
})();
