/**
 * The catalogue of steps that get a stuck member going, and which of them fits a fault on a device.
 *
 * One source: the page shows a card by itself when it sees the fault, and the desk pushes the same card. The codes are
 * the server's `FixCard`; the words are in `en.json` and `es.json` beside this file.
 */

import type { DeviceKind, FailureCode } from "../media/failures";
import { type Device, isPhone } from "./device";

export const CARDS = [
  "allow_ios_safari",
  "allow_ios_other",
  "allow_android_chrome",
  "allow_android_firefox",
  "allow_android_samsung",
  "allow_windows_chrome",
  "allow_windows_firefox",
  "allow_macos_safari",
  "allow_macos_chrome",
  "allow_macos_firefox",
  "allow_other",
  "answer_question",
  "open_browser_ios",
  "open_browser_android",
  "open_browser_other",
  "close_other_program",
  "close_other_app",
  "find_camera",
  "find_microphone",
  "clear_picture",
  "sound_on_phone",
  "sound_on_computer",
  "better_connection",
  "restart_browser",
  "other_device",
  "call_us",
] as const;

export type Card = (typeof CARDS)[number];

/** What does not work now, as it is reported: a device and why, or sound or connection. */
export type Fault = `${DeviceKind}_${FailureCode | "slow"}` | "sound_blocked" | "connection_failed";

export function isCard(code: string): code is Card {
  return (CARDS as readonly string[]).includes(code);
}

/** The steps for this fault on this device. */
export function cardFor(fault: Fault, device: Device): Card {
  if (fault === "sound_blocked") return soundCard(device);
  if (fault === "connection_failed") return "better_connection";
  const at = fault.indexOf("_");
  const kind = fault.slice(0, at) as DeviceKind;
  switch (fault.slice(at + 1) as FailureCode | "slow") {
    case "blocked":
      // An app that shows the page refuses in its own name: no setting of a browser helps.
      return device.inside === null ? allowCard(device) : openBrowserCard(device);
    case "unsupported":
      return openBrowserCard(device);
    case "dismissed":
    case "slow":
      return "answer_question";
    case "none":
      return kind === "camera" ? "find_camera" : "find_microphone";
    case "busy":
      return isPhone(device) ? "close_other_app" : "close_other_program";
    case "failed":
      return "restart_browser";
  }
}

export function allowCard({ system, browser }: Device): Card {
  switch (system) {
    case "ios":
      return browser === "safari" ? "allow_ios_safari" : "allow_ios_other";
    case "android":
      if (browser === "firefox") return "allow_android_firefox";
      return browser === "samsung" ? "allow_android_samsung" : "allow_android_chrome";
    case "windows":
      return browser === "firefox" ? "allow_windows_firefox" : "allow_windows_chrome";
    case "macos":
      if (browser === "safari") return "allow_macos_safari";
      return browser === "firefox" ? "allow_macos_firefox" : "allow_macos_chrome";
    default:
      return "allow_other";
  }
}

export function openBrowserCard({ system }: Device): Card {
  if (system === "ios") return "open_browser_ios";
  return system === "android" ? "open_browser_android" : "open_browser_other";
}

export function soundCard(device: Device): Card {
  return isPhone(device) ? "sound_on_phone" : "sound_on_computer";
}
