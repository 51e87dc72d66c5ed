/** Which set of steps to show for a blocked camera. A guess that only chooses words; nothing depends on it. */

export type Platform = "ios" | "android" | "desktop";

export function platform(userAgent: string): Platform {
  if (/iPhone|iPad|iPod/.test(userAgent)) return "ios";
  return /Android/.test(userAgent) ? "android" : "desktop";
}
