// Test-only, after witness.js: what a page's pictures are in. codecs.now(): {sent, received}, each a list like
// ["H264"], of the streams whose frames went on since the last look.
window.codecs = {
  seen: new Map(),
  async now() {
    const said = { sent: [], received: [] };
    const report = await window.witness.last.getStats();
    for (const stat of report.values()) {
      if (stat.kind !== "video" || !stat.codecId) continue;
      const frames = stat.type === "inbound-rtp" ? stat.framesDecoded : stat.type === "outbound-rtp" ? stat.framesEncoded : 0;
      if (!(frames > (this.seen.get(stat.id) ?? 0))) continue;
      this.seen.set(stat.id, frames);
      const name = report.get(stat.codecId).mimeType.replace("video/", "");
      said[stat.type === "inbound-rtp" ? "received" : "sent"].push(name);
    }
    return said;
  },
};
