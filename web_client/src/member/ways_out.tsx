/** What is left when the camera does not work here: another device, or the telephone. */

import { CallMe, type CallMeProps } from "./call_me";
import { OtherDevice } from "./other_device";

export function WaysOut({ session, view }: CallMeProps) {
  return (
    <div class="stack-tight">
      <OtherDevice wide />
      <CallMe session={session} view={view} wide />
    </div>
  );
}
