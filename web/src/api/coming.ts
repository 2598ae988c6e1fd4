// Shapes of tickets, contacts and challenges that the API's document does not describe yet. Goes away,
// path by path, once `schema.d.ts` has them; nobody but `client.ts` and `types.ts` reads it.

import type { components } from "./schema";

export interface Person {
	id: string;
	name: string;
}

export interface StaffRef extends Person {
	username: string;
}

export interface CustomerRef extends Person {
	number: string;
}

export interface TicketRef {
	id: string;
	number: number;
	subject: string;
	state?: string;
}

export interface TicketLine {
	id: string;
	number: number;
	subject: string;
	state: string;
	channel: string;
	priority: string;
	customer: { id: string; number: string; name: string };
	contact: Person;
	assignee?: StaffRef | null;
	opened_at: string;
	last_message_at: string;
	closes_at?: string | null;
	locks_at: string;
	waits_since?: string | null;
	waits_for?: string | null;
	tags: string[];
	proof?: string | null;
	mine: boolean;
	held: number;
	snippet?: string | null;
}

export interface LeaveView {
	id: string;
	state: string;
	asked_by: StaffRef;
	given_by?: StaffRef | null;
	ends_at?: string | null;
}

export interface AttachmentView {
	id: string;
	name: string;
	media_type: string;
	size_bytes: number;
	inline: boolean;
	live_secrets: boolean;
	leave?: LeaveView | null;
}

export interface MessageView {
	id: string;
	kind: string;
	via: string;
	proof?: string | null;
	author: { kind: string; person?: Person | null };
	at: string;
	text: string;
	quoted?: string | null;
	html?: string | null;
	attachments: AttachmentView[];
	mail_id?: string | null;
	event?: { code: string; data?: unknown } | null;
}

export interface TicketView extends TicketLine {
	request: {
		done?: string | null;
		expected?: string | null;
		happened?: string | null;
		affected?: string | null;
	};
	messages: MessageView[];
	more: boolean;
	follows?: TicketRef | null;
	followed_by: TicketRef[];
	merged_into?: TicketRef | null;
	merged: TicketRef[];
	watchers: { kind: string; person: Person; since: string }[];
	grounds: { id: string; kind: string; state: string; staff: StaffRef; opened_at: string }[];
	can: string[];
	cannot: Record<string, string>;
	calls: CallRef[];
	access?: TicketAccess | null;
	requester?: Requester | null;
}

export interface CallRef {
	id: string;
	proof: string;
	at: string;
	staff: StaffRef;
}

/** What of the door is open to the staff member who asks. */
export interface TicketAccess {
	code: string;
	decision: string;
	products: components["schemas"]["CustomerCard"]["products"];
	ground_id?: string | null;
	needs_confirmation: boolean;
}

/** Who asks, as staff see it. */
export interface Requester {
	person: Person;
	role: string;
	support: boolean;
	authorised: boolean;
	address_flags: string[];
	proven?: string | null;
	language: string;
}

export interface TicketCounts {
	new: number;
	mine: number;
	open: number;
	waiting: number;
	unassigned: number;
	watching: number;
	quarantine: number;
	escalated: number;
}

export interface SavedView {
	id: string;
	name: string;
	query: string;
}

export interface Found {
	tickets: TicketLine[];
	customers: components["schemas"]["CustomerFound"][];
	contacts: { person: Person; customer: CustomerRef }[];
	exact?: { kind: string; id: string } | null;
}

export interface MailLine {
	id: string;
	received_at: string;
	way: string;
	sender: string;
	subject: string;
	why: string[];
	proof?: string | null;
	contact?: { person: Person; customer: CustomerRef } | null;
	ticket?: TicketRef | null;
	size_bytes: number;
	challenge?: { sent_at: string; answered?: string | null } | null;
}

export interface MailView extends MailLine {
	text: string;
	html?: string | null;
	attachments: { name: string; media_type: string; size_bytes: number }[];
	headers: { name: string; value: string }[];
	auth: { check: string; result: string; domain?: string | null; why?: string | null }[];
}

export interface CallerMatch {
	contact: Person;
	customer: CustomerRef;
	role: string;
	support: boolean;
	authorised: boolean;
	call_back: string[];
	open_tickets: Pick<TicketLine, "id" | "number" | "subject" | "state">[];
}

export interface Callers {
	number?: string | null;
	display?: string | null;
	registered: boolean;
	matches: CallerMatch[];
}

export interface NewCall {
	contact_id: string;
	number?: string | null;
	proof: string;
	call_back_number?: string | null;
	ground_id?: string | null;
	note: string;
	subject?: string | null;
	ticket_id?: string | null;
}

/** A ticket that staff type in for somebody. */
export interface StaffTicket {
	contact_id: string;
	channel: string;
	subject: string;
	text: string;
	call_id?: string | null;
	attachments: string[];
}

export interface GuestStart {
	name: string;
	username: string;
	totp_secret: string;
	totp_url: string;
}

export interface TicketQuery {
	state?: string;
	assignee?: string;
	customer?: string;
	contact?: string;
	tag?: string;
	channel?: string;
	priority?: string;
	watching?: string;
	q?: string;
	sort?: string;
	cursor?: string;
	limit?: number;
}

export interface NewTicket {
	subject: string;
	happened: string;
	done?: string | null;
	expected?: string | null;
	affected?: string | null;
	text?: string | null;
	attachments: string[];
}

export interface Written {
	message?: MessageView | null;
	ticket: TicketRef;
	follow_up: boolean;
}

export interface AddressView {
	id: string;
	address: string;
	primary: boolean;
	confirmed_at?: string | null;
	flags: string[];
	challenge_sent_at?: string | null;
}

export interface PhoneView {
	id: string;
	number: string;
	display: string;
}

export interface SupportContact extends Person {
	role: string;
	support: boolean;
	instruction: boolean;
	active: boolean;
	addresses_ok: boolean;
	me: boolean;
}

export interface ChangeView {
	id: string;
	kind: string;
	about?: Person | null;
	what: unknown;
	asked_by: Person;
	asked_at: string;
	expires_at: string;
	state: string;
	mine: boolean;
}

export interface SupportSettings {
	contacts: SupportContact[];
	owner_and_admins: (Person & { role: string })[];
	warnings: string[];
	changes: ChangeView[];
	support_addresses: string[];
	me: { addresses: AddressView[]; phones: PhoneView[] };
	policy: { ticket_age: string };
}

export interface NewSupportContact {
	first_name: string;
	last_name: string;
	address: string;
	role: string;
	support: boolean;
	instruction: boolean;
	language: string;
}

export interface ContactChange {
	applied: boolean;
	change?: ChangeView | null;
	activation_code?: string | null;
}

export interface ChangeDecided extends ChangeView {
	activation_code?: string | null;
}

export interface Challenge {
	purpose: string;
	provider: string;
	subject?: string | null;
	address_hint: string;
	received_at: string;
}

type Answer<T> = {
	200: { headers: { [name: string]: unknown }; content: { "application/json": T } };
};
type Asked<Query, Path> = {
	query?: Query;
	header?: never;
	cookie?: never;
} & (Path extends undefined ? { path?: never } : { path: Path });
interface Read<T, Query = never, Path = undefined> {
	parameters: Asked<Query, Path>;
	requestBody?: never;
	responses: Answer<T>;
}
interface Send<T, Body, Path = undefined> {
	parameters: Asked<never, Path>;
	requestBody: { content: { "application/json": Body } };
	responses: Answer<T>;
}
interface Page<T> {
	items: T[];
	next?: string | null;
}
interface Id {
	id: string;
}

/** Addresses of the API, as the generated `paths` will have them. */
export interface ComingPaths {
	"/tickets": {
		get: Read<Page<TicketLine>, TicketQuery>;
		post: Send<TicketView, NewTicket | StaffTicket>;
	};
	"/tickets/counts": { get: Read<TicketCounts> };
	"/tickets/{id}": {
		get: Read<TicketView, { before?: string }, Id>;
		patch: Send<TicketView, { subject?: string; priority?: string; tags?: string[] }, Id>;
	};
	"/tickets/{id}/take-over": { post: Send<TicketView, { from_staff_id?: string | null }, Id> };
	"/tickets/{id}/hand-over": { post: Send<TicketView, { staff_id: string }, Id> };
	"/tickets/{id}/release": { post: Read<TicketView, never, Id> };
	"/tickets/{id}/merge": { post: Send<TicketView, { into_id: string }, Id> };
	"/tickets/{id}/watchers": {
		post: Send<TicketView, { contact_id?: string; staff_id?: string }, Id>;
	};
	"/tickets/{id}/watchers/{person_id}": {
		delete: Read<undefined, never, Id & { person_id: string }>;
	};
	"/ticket-views": {
		get: Read<SavedView[]>;
		post: Send<SavedView, { name: string; query: string }>;
	};
	"/ticket-views/{id}": { delete: Read<undefined, never, Id> };
	"/guests": {
		post: Send<
			{ staff: StaffRef; code?: string | null },
			{
				email: string;
				first_name: string;
				last_name: string;
				ticket_id: string;
				language: string;
			}
		>;
	};
	"/guests/activation/look": { post: Send<GuestStart, { token: string; code: string }> };
	"/guests/activation": {
		post: Send<
			components["schemas"]["Me"],
			{ token: string; code: string; password: string; totp: string }
		>;
	};
	"/search": { get: Read<Found, { q: string }> };
	"/attachments/{id}/original/ask": { post: Send<AttachmentView, { why: string }, Id> };
	"/attachments/{id}/original/give": { post: Read<AttachmentView, never, Id> };
	"/attachments/{id}/original/refuse": { post: Read<AttachmentView, never, Id> };
	"/quarantine": { get: Read<Page<MailLine>, { cursor?: string; limit?: number }> };
	"/quarantine/{id}": { get: Read<MailView, never, Id> };
	"/quarantine/{id}/release": {
		post: Send<TicketRef, { contact_id: string; ticket_id?: string | null }, Id>;
	};
	"/quarantine/{id}/discard": { post: Read<undefined, never, Id> };
	"/quarantine/{id}/challenge": { post: Read<MailLine, never, Id> };
	"/callers": { get: Read<Callers, { q: string }> };
	"/calls": { post: Send<{ call: CallRef; ticket: TicketRef }, NewCall> };
	"/tickets/{id}/messages": {
		post: Send<Written, { text: string; kind: string; attachments: string[]; close?: boolean }, Id>;
	};
	"/tickets/{id}/close": { post: Read<TicketView, never, Id> };
	"/tickets/{id}/reopen": { post: Read<TicketView, never, Id> };
	"/tickets/{id}/confirm": { post: Read<TicketView, never, Id> };
	"/tickets/{id}/follow-up": { post: Send<TicketView, { text: string }, Id> };
	"/support-settings": { get: Read<SupportSettings> };
	"/support-settings/addresses": { post: Send<AddressView, { address: string }> };
	"/support-settings/addresses/{id}": { delete: Read<undefined, never, Id> };
	"/support-settings/addresses/{id}/challenge": { post: Read<AddressView, never, Id> };
	"/support-settings/addresses/{id}/primary": { post: Read<ContactChange, never, Id> };
	"/support-settings/phones": { post: Send<ContactChange, { number: string }> };
	"/support-settings/phones/{id}": { delete: Read<undefined, never, Id> };
	"/support-settings/contacts": { post: Send<ContactChange, NewSupportContact> };
	"/support-settings/contacts/{id}": {
		patch: Send<ContactChange, { role?: string; support?: boolean; instruction?: boolean }, Id>;
		delete: Read<ContactChange, never, Id>;
	};
	"/support-settings/support-addresses": {
		post: Send<undefined, { address: string }>;
		delete: Send<undefined, { address: string }>;
	};
	"/contact-changes/{id}/approve": { post: Read<ChangeDecided, never, Id> };
	"/contact-changes/{id}/refuse": { post: Read<ChangeDecided, never, Id> };
	"/challenge/look": { post: Send<Challenge, { token: string }> };
	"/challenge/answer": { post: Send<{ done: boolean }, { token: string; yes: boolean }> };
}
