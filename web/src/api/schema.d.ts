// The API's shapes, in the form `npm run api` writes them from docs/openapi.json.

type Headers = { [name: string]: unknown };
type Body<T> = { headers: Headers; content: { "application/json": T } };
type Nothing = { headers: Headers; content?: never };
type Refused = {
	headers: Headers;
	content: { "application/problem+json": components["schemas"]["Problem"] };
};
type Ok<T> = { 200: Body<T>; default: Refused };
type Done = { 204: Nothing; default: Refused };
type NoParams = { query?: never; header?: never; path?: never; cookie?: never };
type ById = { query?: never; header?: never; path: { id: string }; cookie?: never };
type Paged = {
	query?: { cursor?: string; limit?: number };
	header?: never;
	path?: never;
	cookie?: never;
};
type Sends<T> = { content: { "application/json": T } };
type S = components["schemas"];
type Post<R, B = undefined, P = NoParams> = {
	post: { parameters: P; responses: R } & (B extends undefined
		? { requestBody?: never }
		: { requestBody: Sends<B> });
};
type Get<R, P = NoParams> = { get: { parameters: P; requestBody?: never; responses: R } };

export interface paths {
	"/api/v1/sign-in": Get<
		Ok<S["SignInView"]>,
		{ query?: { provider?: string }; header?: never; path?: never; cookie?: never }
	>;
	"/api/v1/sign-in/staff": Post<
		Ok<S["Me"]>,
		{ provider: string; username: string; password: string; totp: string }
	>;
	"/api/v1/sign-in/contact": Post<
		Ok<S["Me"]>,
		{ provider: string; address: string; password: string; totp?: string }
	>;
	"/api/v1/sign-in/link": Post<
		{ 202: Nothing; default: Refused },
		{ provider: string; address: string }
	>;
	"/api/v1/sign-in/link/redeem": Post<Ok<S["Me"]>, { token: string }>;
	"/api/v1/sign-in/demo": Post<Ok<S["Me"]>, { provider: string; person: string }>;
	"/api/v1/sign-in/confirm": Post<Ok<S["Me"]>, { password: string; totp?: string }>;
	"/api/v1/activation": Post<Ok<S["Me"]>, { token: string; code: string; password: string }>;
	"/api/v1/me": Get<Ok<S["Me"]>> & {
		patch: {
			parameters: NoParams;
			requestBody: Sends<{ language: S["Language"] }>;
			responses: Ok<S["Me"]>;
		};
	};
	"/api/v1/sign-out": Post<Done>;
	"/api/v1/sign-out/everywhere": Post<Done>;
	"/api/v1/sign-ins": Get<Ok<{ items: S["SignInRow"][]; next: string | null }>, Paged>;
	"/api/v1/password": Post<Done, { current: string; new: string }>;
	"/api/v1/totp": Post<Ok<{ secret: string; otpauth_url: string }>>;
	"/api/v1/totp/confirm": Post<Done, { code: string }>;
	"/api/v1/totp/remove": Post<Done, { password: string; code: string }>;
	"/api/v1/door": Get<Ok<S["DoorView"]>>;
	"/api/v1/pin": Post<Ok<S["PinView"]>>;
	"/api/v1/pin/renew": Post<Ok<S["PinView"]>>;
	"/api/v1/pin/redeem": Post<Ok<S["GroundView"]>, S["RedeemBody"]>;
	"/api/v1/grounds": Get<
		Ok<{ items: S["GroundView"][]; next: string | null }>,
		{
			query?: { cursor?: string; limit?: number; state?: S["Openness"]; scope?: "all" };
			header?: never;
			path?: never;
			cookie?: never;
		}
	>;
	"/api/v1/grounds/{id}": Get<Ok<S["GroundView"]>, ById>;
	"/api/v1/grounds/{id}/end": Post<Ok<S["Ended"]>, undefined, ById>;
	"/api/v1/visits": Post<
		Ok<{ visit: S["VisitView"]; url: string }>,
		{ ground_id: string; product: string }
	>;
	"/api/v1/visits/{id}": Get<Ok<S["VisitView"]>, ById>;
	"/api/v1/visits/{id}/end": Post<Ok<S["Ended"]>, undefined, ById>;
	"/api/v1/visits/{id}/requests": Get<
		Ok<{ items: S["RequestView"][]; next: string | null }>,
		{
			query?: { cursor?: string; limit?: number };
			header?: never;
			path: { id: string };
			cookie?: never;
		}
	>;
	"/api/v1/customer": Get<Ok<S["OwnCustomer"]>>;
	"/api/v1/customers": Get<
		Ok<{ items: S["CustomerFound"][]; next: string | null }>,
		{
			query?: { q?: string; cursor?: string; limit?: number };
			header?: never;
			path?: never;
			cookie?: never;
		}
	> &
		Post<Ok<S["CustomerFound"]>, { number?: string; name: string; group?: string }>;
	"/api/v1/customers/{id}": Get<Ok<S["CustomerView"]>, ById>;
	"/api/v1/customers/{id}/contacts": Post<
		Ok<{ contact: S["ContactLine"]; activation_code: string }>,
		S["NewContact"],
		ById
	>;
	"/api/v1/customers/{id}/contacts/{contact_id}/pin/deactivate": Post<
		Done,
		undefined,
		{ query?: never; header?: never; path: { id: string; contact_id: string }; cookie?: never }
	>;
	"/api/v1/products": Get<Ok<{ items: S["ProductRef"][]; next: string | null }>>;
	"/api/v1/alarms": Get<Ok<{ items: S["AlarmView"][]; next: string | null }>, Paged>;
	"/api/v1/alarms/{id}/acknowledge": Post<Done, undefined, ById>;
	"/api/v1/staff": Get<Ok<{ items: S["StaffRow"][]; next: string | null }>, Paged> &
		Post<
			Ok<{ staff: S["StaffRow"]; password_once: string; totp_url: string }>,
			{ username: string; first_name: string; last_name: string; email: string; roles: S["Role"][] }
		>;
	"/api/v1/staff/{id}": {
		patch: {
			parameters: ById;
			requestBody: Sends<{
				active?: boolean;
				roles?: S["Role"][];
				training_done?: boolean;
				guidelines_accepted?: boolean;
			}>;
			responses: Ok<S["StaffRow"]>;
		};
	};
	"/api/v1/staff/{id}/unlock": Post<Done, undefined, ById>;
	"/api/v1/kill-switch": Post<Ok<{ ended: number; cut_millis: number }>>;
}

export interface components {
	schemas: {
		Language: "de" | "en";
		Openness: "open" | "ended";
		Role: "agent" | "onboarding_manager" | "support_lead" | "success_lead" | "admin" | "guest";
		Lack: "training" | "guidelines" | "mfa" | "role";
		Problem: {
			type: string;
			title: string;
			status: number;
			code: string;
			detail: string;
			fields?: { [name: string]: string };
		};
		Person: { id: string; name: string };
		StaffPerson: { id: string; name: string; username: string };
		ProductRef: { id: string; name: string };
		CustomerRef: { id: string; number: string; name: string };
		Me: {
			kind: "contact" | "staff";
			id: string;
			name: string;
			language: S["Language"];
			provider: { slug: string; name: string };
			strength: "link" | "password" | "password_totp";
			signed_in_at: string;
			demo: boolean;
			contact: {
				customer: S["CustomerRef"];
				role: "owner" | "admin" | "member";
				rights: { support: boolean; instruction: boolean };
				totp: boolean;
			} | null;
			staff: {
				username: string;
				roles: S["Role"][];
				form_locked: boolean;
				may_enter: boolean;
				lacks: S["Lack"][];
			} | null;
		};
		SignInView: {
			provider: { slug: string; name: string };
			demo: S["DemoPerson"][] | null;
		};
		DemoPerson: {
			id: string;
			name: string;
			role: "customer" | "agent" | "lead" | "admin";
			hint: string;
		};
		SignInRow: {
			id: string;
			current: boolean;
			strength: "link" | "password" | "password_totp";
			created_at: string;
			last_seen_at: string;
		};
		GroundView: {
			id: string;
			kind: "pin" | "takeover" | "grant" | "onboarding" | "self_grant";
			state: S["Openness"];
			customer: S["CustomerRef"];
			contact: S["Person"];
			staff: S["StaffPerson"];
			words: string[] | null;
			reason: {
				category: "fault" | "question" | "setup" | "change" | "performance" | "other";
				text: string;
			};
			record: { channel: "phone" | "voice" | "chat"; from: string; at: string; note: string | null };
			opened_at: string;
			ends_at: string;
			ended_at: string | null;
			ended_how:
				| null
				| "customer"
				| "staff"
				| "lead"
				| "expired"
				| "condition_lost"
				| "restart"
				| "kill_switch";
			cut_millis: number | null;
			visits: S["VisitView"][];
		};
		VisitView: {
			id: string;
			ground_id: string;
			product: S["ProductRef"];
			staff: S["Person"];
			acting_as: S["Person"];
			state: S["Openness"];
			started_at: string;
			ends_at: string;
			ended_at: string | null;
			ended_how:
				| null
				| "customer"
				| "staff"
				| "lead"
				| "hour_up"
				| "idle"
				| "ground_over"
				| "condition_lost"
				| "restart"
				| "kill_switch";
			cut_millis: number | null;
			pages: number;
			refused: number;
			last: { at: string; path: string; area: string } | null;
		};
		RequestView: {
			at: string;
			method: string;
			path: string;
			area: string;
			action: "view" | "change" | "import" | "download" | "test" | "never";
			class: "product" | "personal";
			outcome: "forwarded" | "masked" | "refused" | "not_forwarded";
			code: string | null;
		};
		PinView: { digits: string; issued_at: string; expires_at: string };
		Ended: { ended_at: string; cut_millis: number; streams: number; written: boolean };
		DoorView: {
			state: "closed" | "open";
			grounds: S["GroundView"][];
			can_see: {
				product: S["ProductRef"];
				areas: { area: string; how: "shown" | "masked" | "closed" }[];
			}[];
			pin_closed: boolean;
			notices: { code: "pin.killed" | "pin.closed" | "pin.reopened"; at: string; n?: number }[];
		};
		OwnCustomer: {
			number: string;
			name: string;
			group: string | null;
			contacts: {
				id: string;
				name: string;
				role: "owner" | "admin" | "member";
				rights: { support: boolean; instruction: boolean };
			}[];
		};
		ContactLine: {
			id: string;
			name: string;
			role: "owner" | "admin" | "member";
			support: boolean;
		};
		CustomerFound: {
			id: string;
			number: string;
			name: string;
			group: string | null;
			contacts: S["ContactLine"][];
		};
		CustomerView: S["CustomerFound"] & {
			address: string;
			pin_closed: boolean;
			products: {
				product: S["ProductRef"];
				decision: "open" | "needs" | "closed";
				code: string;
				ground_id: string | null;
				until: string | null;
			}[];
			ground: S["GroundView"] | null;
		};
		RedeemBody: {
			customer_id: string;
			contact_id: string;
			digits: string;
			reason: { category: S["GroundView"]["reason"]["category"]; text: string };
			record: { channel: "phone" | "voice" | "chat"; from: string; note: string | null };
		};
		NewContact: {
			first_name: string;
			last_name: string;
			role: "owner" | "admin" | "member";
			rights: { support: boolean; instruction: boolean };
			addresses: string[];
			phones: string[];
			language: S["Language"];
			product_users: { [product: string]: string };
		};
		AlarmView: {
			id: string;
			at: string;
			code: "pin.staff_locked" | "pin.flood" | "pin.customer_closed";
			staff: S["Person"] | null;
			customer: S["CustomerRef"] | null;
			acknowledged_at: string | null;
			acknowledged_by: S["Person"] | null;
		};
		StaffRow: {
			id: string;
			name: string;
			username: string;
			email: string;
			roles: S["Role"][];
			active: boolean;
			form_locked: boolean;
			lacks: S["Lack"][];
		};
	};
}
