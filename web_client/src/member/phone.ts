/** A text that is a number and nothing else, so that it can be a link to call. */
export function isNumber(text: string): boolean {
  return /^\+?[\d\s().-]{7,20}$/.test(text.trim());
}
