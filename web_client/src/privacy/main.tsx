import { render } from "preact";

import "../kit/styles/kit.css";
import "../kit/staff/staff.css";
import "../kit/staff/recordings.css";
import { Doorway } from "../kit/staff/doorway";
import { Broken, Speaking } from "../kit/ui";
import { Shelf } from "./shelf";
import { load, useT } from "./words";

function Page() {
  const t = useT();
  return (
    <Doorway role={["privacy", "clinician"]} console={t("privacy.title")}>
      {(me, leave) => <Shelf me={me} leave={leave} />}
    </Doorway>
  );
}

const root = document.getElementById("app");
if (root !== null) {
  render(
    <Speaking load={load}>
      <Broken>
        <Page />
      </Broken>
    </Speaking>,
    root,
  );
}
