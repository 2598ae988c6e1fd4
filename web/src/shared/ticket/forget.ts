// What was being written belongs to whoever is signed in, and goes with them.
import { forgetDrafts } from "./drafts";
import { forgetDraft } from "./requestDraft";

export function forgetWriting(): void {
	forgetDraft();
	forgetDrafts();
}
