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
  // Frames of the largest that were encoded in all.
  async encoded() {
    const counts = [...(await window.witness.last.getStats()).values()].filter(({ type, kind }) => type === "outbound-rtp" && kind === "video");
    return Math.max(...counts.map(({ framesEncoded }) => framesEncoded ?? 0));
  },
  // For each picture that goes on, in the order of their lines: its width, and the frames that came and were decoded in all.
  async received() {
    const said = [];
    for (const stat of (await window.witness.last.getStats()).values()) {
      if (stat.type !== "inbound-rtp" || stat.kind !== "video" || !stat.framesDecoded) continue;
      said.push({ mid: stat.mid, width: stat.frameWidth, came: stat.framesReceived, frames: stat.framesDecoded });
    }
    return said.sort((one, other) => one.mid - other.mid);
  },
  async widths() {
    return (await this.received()).map(({ width }) => width).sort((one, other) => one - other);
  },
};
