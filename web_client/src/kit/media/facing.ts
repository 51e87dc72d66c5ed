/**
 * Does the camera look at the person who holds the device? By evidence, never by demand.
 *
 * Phones report `facingMode`; laptops report nothing at all, and one browser's desktop cameras are named by guess.
 * So: what the track says, else what its label says, else unknown. Unknown is taken as front-facing once the person
 * has said “I can see myself”; a back camera is mentioned, never refused.
 */

export type Evidence = "user" | "environment" | "unknown";
export type Facing = "user" | "assumed" | "environment" | "none";

const BACK = /\b(back|rear|environment|world)\b|trasera|posterior|arri[èe]re|rück|后置|後置|背面/i;
const FRONT = /\b(front|user|face|facetime)\b|frontal|delantera|avant|vorder|前置|前面/i;
/** A phone lent to a computer, or a picture from a program, may show anything. */
const ELSEWHERE = /\b(iphone|ipad|obs|virtual)\b/i;

export function evidenceOf(facingMode: string | undefined, label: string): Evidence {
  if (facingMode === "user") return "user";
  if (facingMode === "environment") return "environment";
  if (BACK.test(label)) return "environment";
  if (FRONT.test(label)) return "user";
  return ELSEWHERE.test(label) ? "environment" : "unknown";
}

/** What is reported to the visit after the person looked. `seen`: they pressed “I can see myself”. */
export function facingOf(evidence: Evidence | null, seen: boolean): Facing {
  if (evidence === null) return "none";
  if (evidence === "unknown") return seen ? "assumed" : "none";
  return evidence;
}

/** The self-view is a mirror, except of the world behind the phone. */
export function isMirrored(evidence: Evidence | null): boolean {
  return evidence !== "environment";
}

/** The way to turn a camera that looks `evidence`. */
export function otherWay(evidence: Evidence | null): "user" | "environment" {
  return evidence === "environment" ? "user" : "environment";
}

/** Whether there is one camera in front and one on the back, so that a single button turns them round. */
export function canTurnRound(cameras: readonly Camera[]): boolean {
  const ways = new Set(cameras.map((camera) => evidenceOf(undefined, camera.label)));
  return ways.has("user") && ways.has("environment");
}

export interface Camera {
  readonly id: string;
  readonly label: string;
}

/** The camera to try after `current` turned out to look away; null when every other looks away too. */
export function otherCamera(cameras: readonly Camera[], tried: ReadonlySet<string>): Camera | null {
  const left = cameras.filter((camera) => !tried.has(camera.id));
  return (
    left.find((camera) => evidenceOf(undefined, camera.label) === "user") ??
    left.find((camera) => evidenceOf(undefined, camera.label) === "unknown") ??
    left[0] ??
    null
  );
}
