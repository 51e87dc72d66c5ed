/** What a visit needs of a browser, looked for one by one. The browser's name is not asked: it tells little. */

/** A way to ask for a camera and a microphone. A page inside an app, without https or on an old phone has none. */
export function canAsk(): boolean {
  return (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia !== undefined;
}

/** A way to carry sound and picture. Some embedded browsers have none, and some privacy settings take it away. */
export function canConnect(): boolean {
  return typeof RTCPeerConnection === "function" && "addTransceiver" in RTCPeerConnection.prototype;
}

export function canHoldVisit(): boolean {
  return canAsk() && canConnect();
}
