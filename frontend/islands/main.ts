// What a browser adds to pages that already work without it.
import { installCopyButtons } from "./copy";
import { installDropZones } from "./drop";
import { installBusyForms } from "./busy";
import { installLocalTimes } from "./times";

installCopyButtons();
installDropZones();
installBusyForms();
installLocalTimes();
