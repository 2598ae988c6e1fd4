// How a waiting change and a contact's rights are told. Pure.
import type { ChangeView, ContactChange, SupportContact } from "../../shared/api/types";
import type { Same } from "../../shared/words/dictionary";
import { say } from "../../shared/words/dictionary";
import type { contactsWords } from "./words";

type Words = (typeof contactsWords)["de"] extends Same<infer T> ? Same<T> : never;

/** Both rights: grants access and confirms changes. */
export function authorised(contact: { support: boolean; instruction: boolean }): boolean {
	return contact.support && contact.instruction;
}

/** "fragt Support an, gibt Anweisungen" */
export function rightsText(contact: SupportContact, t: Words): string {
	if (authorised(contact)) return t.mayBoth;
	if (contact.support) return t.maySupport;
	return contact.instruction ? t.mayInstruct : t.mayNothing;
}

type What = Record<string, unknown>;

function whatOf(change: ChangeView): What {
	return typeof change.what === "object" && change.what !== null ? (change.what as What) : {};
}

function newName(what: What): string {
	const parts = [what.first_name, what.last_name].filter((part) => typeof part === "string");
	return parts.join(" ");
}

/** Whether neither name nor users in products change. */
function onlyRights(what: What): boolean {
	return !newName(what) && Object.keys((what.product_users ?? {}) as What).length === 0;
}

/** "Ole Brandt hinzufügen" */
export function changeTitle(change: ChangeView, t: Words): string {
	const name = change.about?.name || newName(whatOf(change)) || t.somebody;
	switch (change.kind) {
		case "contact_add":
			return t.change_add(name);
		case "contact_change":
			return onlyRights(whatOf(change)) ? t.change_change(name) : t.change_edit(name);
		case "contact_remove":
			return t.change_remove(name);
		case "contact_restore":
			return t.change_restore(name);
		case "primary_address":
			return t.change_primary(name);
		case "phone_add":
			return t.change_phone(name);
		default:
			return t.change_other(name);
	}
}

/** Said once an action went through: at once, or waiting for a second person. */
export function outcomeText(answer: unknown, now: string, waits: string): string {
	const applied = (answer as Partial<ContactChange> | null | undefined)?.applied;
	return applied === false ? waits : now;
}

/** What would be true afterwards, as pairs of word and value; what has no word stays out. */
export function changeLines(change: ChangeView, t: Words): [string, string][] {
	const what = whatOf(change);
	const rights = (what.rights ?? {}) as What;
	const shown = what.display ? { number: what.display } : {};
	const flat: What = { ...what, ...rights, ...shown };
	const name = change.kind === "contact_change" ? newName(what) : "";
	const names: [string, string][] = name ? [[t.what_name, name]] : [];
	const users = Object.entries((what.product_users ?? {}) as Record<string, string>).map(
		([product, user]): [string, string] => [t.what_user(product), user || t.what_nobody],
	);
	const lines = (["role", "support", "instruction", "address", "number"] as const).flatMap(
		(key) => {
			const value = flat[key];
			if (typeof value === "boolean") return [[t[`what_${key}`], value ? t.yes : t.no] as const];
			if (typeof value !== "string" || value === "") return [];
			return [[t[`what_${key}`], key === "role" ? say(t, `role_${value}`) : value] as const];
		},
	) as [string, string][];
	return [...names, ...lines, ...users];
}
