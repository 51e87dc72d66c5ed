/** Telephone numbers as people read them, and as links dial them. */

/** `+12065550140` → `(206) 555-0140`; any other number is shown as it is. */
export function readable(number: string): string {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number.replace(/[\s().-]/g, ""));
  return parts === null ? number : `(${parts[1]}) ${parts[2]}-${parts[3]}`;
}

/** Whether a text is a number and nothing else, so that it can be a link to call. */
export function isNumber(text: string): boolean {
  return /^\+?[\d\s().-]{7,20}$/.test(text.trim());
}

/** A tel: address from a number as people write it. */
export function telephone(number: string): string {
  const plus = number.trim().startsWith("+") ? "+" : "";
  return `tel:${plus}${number.replace(/[^\d]/g, "")}`;
}
