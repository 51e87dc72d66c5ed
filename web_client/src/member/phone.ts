/** Telephone numbers as people read them. */

/** `+12065550140` → `(206) 555-0140`; any other number is shown as it is. */
export function readable(number: string): string {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number.replace(/[\s().-]/g, ""));
  return parts === null ? number : `(${parts[1]}) ${parts[2]}-${parts[3]}`;
}

/** A text that is a number and nothing else, so that it can be a link to call. */
export function isNumber(text: string): boolean {
  return /^\+?[\d\s().-]{7,20}$/.test(text.trim());
}
