// Test-only, after witness.js: in which layers a page's camera is sent, and how large the others' pictures come.
window.layers = {
  seen: new Map(),
  // rids of which frames were encoded since the last look, the largest first.
  async sent() {
    const said = [];
    for (const stat of (await window.witness.last.getStats()).values()) {
      if (stat.type !== "outbound-rtp" || stat.kind !== "video" || !(stat.framesEncoded > (this.seen.get(stat.id) ?? 0))) continue;
      this.seen.set(stat.id, stat.framesEncoded);
      said.push([stat.frameWidth, stat.rid ?? ""]);
    }
    return said.sort(([one], [other]) => other - one).map(([, rid]) => rid);
  },
  // For each picture that goes on: its width, and in all: frames, bytes, seconds it stood still.
  async received() {
    const said = [];
    for (const stat of (await window.witness.last.getStats()).values()) {
      if (stat.type !== "inbound-rtp" || stat.kind !== "video" || !stat.framesDecoded) continue;
      said.push({ width: stat.frameWidth, frames: stat.framesDecoded, bytes: stat.bytesReceived, frozen: stat.totalFreezesDuration });
    }
    return said;
  },
  async widths() {
    return (await this.received()).map(({ width }) => width);
  },
};
