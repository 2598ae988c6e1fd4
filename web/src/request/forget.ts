// What was being written belongs to whoever is signed in, and goes with them.
import { forgetDrafts } from "../ticket/drafts";
import { forgetDraft } from "./draft";

export function forgetWriting(): void {
	forgetDraft();
	forgetDrafts();
}
