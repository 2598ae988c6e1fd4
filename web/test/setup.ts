import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

// A fixed zone, so that clock times in tests mean the same everywhere.
process.env.TZ = "Europe/Berlin";

afterEach(() => cleanup());

// Fields that grow with their text ask for this; the test's browser does not have it.
if (!("fonts" in document)) {
	Object.defineProperty(document, "fonts", { value: new EventTarget() });
}
