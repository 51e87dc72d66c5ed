import { render } from "preact";

import "../kit/styles/kit.css";
import "../kit/staff/staff.css";
import "../kit/staff/recordings.css";
import "../kit/visit/recording.css";
import "./clinician.css";
import { Doorway } from "../kit/staff/doorway";
import { Broken, Speaking } from "../kit/ui";
import { Console } from "./console";
import { load, useT } from "./words";

function Page() {
  const t = useT();
  return (
    <Doorway role="clinician" console={t("clinician.console")}>
      {(me, leave) => <Console me={me} leave={leave} />}
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
