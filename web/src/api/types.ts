// Short names for the API's shapes. The only file that names generated schema types. Words of the
// server (states, categories, codes) are plain strings here: a page must not break on a new one.
import type { TicketRef } from "./coming";
import type { components } from "./schema";

type S = components["schemas"];
export type Me = S["Me"];
export type SignInPage = S["SignInPage"];
export type SignInRow = S["SignInView"];
export type Ground = S["GroundView"] & { ticket?: TicketRef | null };
export type Visit = S["VisitView"];
export type VisitRequest = S["RequestView"];
export type PinView = S["PinView"];
export type Ended = S["Ended"];
export type Door = Omit<S["DoorView"], "grounds"> & { grounds: Ground[] };
export type OwnCustomer = S["OwnCustomer"];
export type CustomerFound = S["CustomerFound"];
export type Customer = Omit<S["CustomerCard"], "ground"> & { ground?: Ground | null };
export type NewContact = S["ContactBody"];
export type Alarm = S["AlarmView"];
export type StaffRow = S["StaffView"];

export type {
	AddressView,
	AttachmentView,
	CallerMatch,
	Callers,
	CallRef,
	Challenge,
	ChangeView,
	ContactChange,
	CustomerRef,
	Found,
	GuestStart,
	LeaveView,
	MailLine,
	MailView,
	MessageView,
	NewCall,
	NewSupportContact,
	NewTicket,
	Person,
	PhoneView,
	Requester,
	SavedView,
	StaffRef,
	StaffTicket,
	SupportContact,
	SupportSettings,
	TicketAccess,
	TicketCounts,
	TicketLine,
	TicketQuery,
	TicketRef,
	TicketView,
	Written,
} from "./coming";

export type Language = "de" | "en";
export type Category = "fault" | "question" | "setup" | "change" | "performance" | "other";
export type Channel = "phone" | "voice" | "chat";
export type Role =
	| "agent"
	| "onboarding_manager"
	| "support_lead"
	| "success_lead"
	| "admin"
	| "guest";
