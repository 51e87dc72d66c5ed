// Test-only, after witness.js: which layers a page's camera is sent in, and how large the others' pictures come.
window.layers = {
  // rid → frames encoded and bytes so far, and the picture's width.
  async sent() {
    const said = {};
    for (const stat of (await window.witness.last.getStats()).values()) {
      if (stat.type !== "outbound-rtp" || stat.kind !== "video" || !stat.frameWidth) continue;
      if (stat.contentType === "screenshare") continue;
      said[stat.rid ?? ""] = { frames: stat.framesEncoded, bytes: stat.bytesSent, width: stat.frameWidth,
        target: stat.targetBitrate, limited: stat.qualityLimitationReason, fps: stat.framesPerSecond, active: stat.active,
        scaler: stat.scalabilityMode, impl: stat.encoderImplementation, keys: stat.keyFramesEncoded };
    }
    return said;
  },
  // For each picture that comes: its width, frames decoded, bytes, seconds it stood still.
  async received() {
    const said = [];
    for (const stat of (await window.witness.last.getStats()).values()) {
      if (stat.type !== "inbound-rtp" || stat.kind !== "video" || !stat.framesDecoded) continue;
      said.push({ mid: stat.mid, width: stat.frameWidth, frames: stat.framesDecoded, bytes: stat.bytesReceived,
        freezes: stat.freezeCount, frozen: stat.totalFreezesDuration, dropped: stat.framesDropped, plis: stat.pliCount, fps: stat.framesPerSecond });
    }
    return said;
  },
};
