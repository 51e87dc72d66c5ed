/** Small line drawings beside words; never instead of them. */

const PATHS = {
  microphone: "M12 15a4 4 0 0 0 4-4V6a4 4 0 0 0-8 0v5a4 4 0 0 0 4 4Zm-7-4a7 7 0 0 0 14 0M12 18v4M8 22h8",
  camera: "M3 7a2 2 0 0 1 2-2h9a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2ZM16 11l5-3v8l-5-3",
  screen: "M3 5h18v12H3ZM8 21h8M12 17v4",
  settings: "M4 7h9m5 0h2M4 17h2m5 0h9M15.5 4.5v5M8.5 14.5v5",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-7 9v-1a6 6 0 0 1 6-5h2a6 6 0 0 1 6 5v1M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5a6 6 0 0 1 4 4.5v1",
  leave: "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 16l-4-4 4-4M6 12h9",
} as const;

export function Icon({ name, struck = false }: { readonly name: keyof typeof PATHS; readonly struck?: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
      {struck && <path d="M3 3l18 18" />}
    </svg>
  );
}
