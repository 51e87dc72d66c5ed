/**
 * The join link's token: read from the fragment once, and taken out of the address bar at once.
 *
 * Until it is redeemed the tab keeps it in sessionStorage, so that a reload before the birth date does not
 * strand the member; afterwards the cookie carries the visit and the token is forgotten.
 */

const KEPT = "videovisit.token";

/** The token of this tab; null if the page was opened without one. */
export function takeToken(): string | null {
  const fragment = location.hash.slice(1);
  if (fragment !== "") {
    history.replaceState(null, "", location.pathname + location.search);
    keep(fragment);
    return fragment;
  }
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

export function forgetToken(): void {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
}

const ENTERED = "videovisit.entered";

/** This browser has been inside a visit, so that its cookie may still open it. */
export function rememberVisit(): void {
  try {
    localStorage.setItem(ENTERED, "1");
  } catch {
    // Then a page without a token asks the server anyway.
  }
}

export function mayHaveVisit(): boolean {
  try {
    return localStorage.getItem(ENTERED) !== null;
  } catch {
    return true;
  }
}

function keep(token: string): void {
  try {
    sessionStorage.setItem(KEPT, token);
  } catch {
    // Storage may be blocked: the token then lasts until a reload.
  }
}
