import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

// A fixed zone, so that clock times in tests mean the same everywhere.
process.env.TZ = "Europe/Berlin";

// The stand-in for a browser has no fonts; fields that grow with their text watch them.
if (typeof document !== "undefined" && !document.fonts) {
	Object.defineProperty(document, "fonts", { value: new EventTarget() });
}

afterEach(() => cleanup());

// Fields that grow with their text ask for this; the test's browser does not have it.
if (!("fonts" in document)) {
	Object.defineProperty(document, "fonts", { value: new EventTarget() });
}
