import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

// A fixed zone, so that clock times in tests mean the same everywhere.
process.env.TZ = "Europe/Berlin";

afterEach(() => cleanup());
