// Shapes of tickets, mail and calls as the API's contract names them.

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
	state: string;
}

export interface TicketLine {
	id: string;
	number: number;
	subject: string;
	state: string;
	channel: string;
	priority: string;
	customer: CustomerRef;
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

export interface Leave {
	id: string;
	state: string;
	asked_by: StaffRef;
	given_by?: StaffRef | null;
	ends_at?: string | null;
}

export interface Attachment {
	id: string;
	name: string;
	media_type: string;
	size_bytes: number;
	inline: boolean;
	live_secrets: boolean;
	leave?: Leave | null;
}

export interface Message {
	id: string;
	kind: string;
	via: string;
	proof?: string | null;
	author: { kind: string; person?: Person | null };
	at: string;
	text: string;
	quoted?: string | null;
	html?: string | null;
	attachments: Attachment[];
	mail_id?: string | null;
	event?: { code: string; data?: unknown } | null;
}
