/**
 * What a page runs on, as codes: which system and browser, and whether it was opened inside another app.
 *
 * The user agent is read here and never leaves the page. It is a hint that only chooses words; what cannot work is
 * found out by features and errors.
 */

export type System = "ios" | "android" | "windows" | "macos" | "chromeos" | "linux" | "other";
export type Browser = "safari" | "chrome" | "firefox" | "edge" | "samsung" | "opera" | "other";
export type Inside = "mail" | "social" | "chat" | "search" | "app";

export interface Device {
  readonly system: System;
  readonly browser: Browser;
  /** The kind of app that shows this page instead of a browser; null in a browser. */
  readonly inside: Inside | null;
}

/** What is looked at. */
export interface Traits {
  readonly userAgent: string;
  readonly touchPoints: number;
  /** The page came over https (or from this machine), so that a browser would let it ask for a camera. */
  readonly secure: boolean;
  /** There is a way to ask for a camera. */
  readonly canAsk: boolean;
}

const APPS: readonly (readonly [Inside, RegExp])[] = [
  ["social", /\bFBA[NV]\b|FB_IAB|Instagram|Twitter|TikTok|musical_ly|BytedanceWebview|Snapchat|LinkedInApp|Pinterest/],
  ["chat", /\bLine\/|MicroMessenger|KAKAOTALK|WhatsApp|Telegram|Viber|Messenger/],
  ["mail", /Outlook|YahooMobileMail|YMail|GmailApp|ProtonMail/i],
  ["search", /\bGSA\//],
];

export function deviceOf(traits: Traits): Device {
  const system = systemOf(traits);
  return { system, browser: browserOf(traits.userAgent), inside: insideOf(traits, system) };
}

/** The device of this page. */
export function thisDevice(): Device {
  return deviceOf({
    userAgent: navigator.userAgent,
    touchPoints: navigator.maxTouchPoints,
    secure: window.isSecureContext,
    canAsk: (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia !== undefined,
  });
}

export function isPhone(device: Device): boolean {
  return device.system === "ios" || device.system === "android";
}

function systemOf({ userAgent, touchPoints }: Traits): System {
  if (/iPhone|iPad|iPod/.test(userAgent)) return "ios";
  // An iPad says that it is a Mac; no Mac has a touch screen.
  if (/Macintosh/.test(userAgent)) return touchPoints > 1 ? "ios" : "macos";
  if (/Android/.test(userAgent)) return "android";
  if (/Windows/.test(userAgent)) return "windows";
  if (/CrOS/.test(userAgent)) return "chromeos";
  return /Linux/.test(userAgent) ? "linux" : "other";
}

/** Most names also claim to be Chrome, and Chrome to be Safari: the more special one first. */
function browserOf(userAgent: string): Browser {
  if (/Edg(e|A|iOS)?\//.test(userAgent)) return "edge";
  if (/OPR\/|OPT\/|OPiOS\//.test(userAgent)) return "opera";
  if (/SamsungBrowser\//.test(userAgent)) return "samsung";
  if (/Firefox\/|FxiOS\//.test(userAgent)) return "firefox";
  if (/Chrome\/|CriOS\/|Chromium\//.test(userAgent)) return "chrome";
  return /Safari\//.test(userAgent) ? "safari" : "other";
}

function insideOf({ userAgent, secure, canAsk }: Traits, system: System): Inside | null {
  const named = APPS.find(([, token]) => token.test(userAgent));
  if (named !== undefined) return named[0];
  if (system === "android" && /; wv\)/.test(userAgent)) return "app";
  // A browser on an iPhone signs as one; the view inside an app leaves the signature out.
  if (system === "ios" && !/Safari\//.test(userAgent)) return "app";
  return (system === "ios" || system === "android") && secure && !canAsk ? "app" : null;
}
