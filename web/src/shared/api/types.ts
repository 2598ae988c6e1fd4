// Short names for the API's shapes. Words of the server (states, categories, codes) are plain strings in
// answers: a page must not break on a new one. That each known one has its texts is checked in `complete.ts`.
import type { components, paths } from "./schema";

type S = components["schemas"];
export type Me = S["Me"];
export type SignInPage = S["SignInPage"];
export type SignInRow = S["SignInView"];
export type Ground = S["GroundView"];
export type Visit = S["VisitView"];
export type VisitRequest = S["RequestView"];
export type PinView = S["PinView"];
export type Ended = S["Ended"];
export type Door = S["DoorView"];
export type OwnCustomer = S["OwnCustomer"];
export type CustomerFound = S["CustomerFound"];
export type Customer = S["CustomerCard"];
export type NewContact = S["ContactBody"];
export type CustomerEdit = Partial<S["CustomerChangeBody"]>;
export type ListedContact = S["ListedContact"];
export type ContactEdit = Partial<S["ContactChangeBody"]>;
export type ProductRef = S["ProductRef"];
export type Panel = S["PanelView"];
export type Note = S["NoteView"];
export type ImportReport = S["ImportView"];
export type ImportFlaw = S["ImportFlaw"];
export type Alarm = S["AlarmView"];
export type Objection = S["ObjectionView"];
export type Recovery = S["RecoveryView"];
export type OwnRecovery = S["OwnRecovery"];
export type StaffRow = S["StaffView"];

export type Person = S["Person"];
export type StaffRef = S["StaffRef"];
export type CustomerRef = S["CustomerRef"];
export type TicketRef = S["TicketRef"];
export type TicketLine = S["TicketLine"];
export type TicketQuery = NonNullable<paths["/tickets"]["get"]["parameters"]["query"]>;
export type NewTicket = S["TicketBody"];
export type LeaveView = S["LeaveView"];
export type AttachmentView = S["AttachmentView"];
/** An event's data goes by its code, as a change's does. */
export type EventView = Omit<S["EventView"], "data"> & { data?: unknown };
export type MessageView = Omit<S["MessageView"], "event"> & { event?: EventView | null };
export type TicketView = Omit<S["TicketView"], "messages"> & { messages: MessageView[] };
export type TicketAccess = S["TicketAccess"];
export type TicketCounts = S["TicketCounts"];
export type Requester = S["RequesterView"];
export type Written = Omit<S["Written"], "message"> & { message?: MessageView | null };
export type SavedView = S["SavedView"];
export type Found = S["SearchView"];
export type MailLine = S["MailLine"];
export type MailView = S["MailView"];
export type CallRef = S["CallRef"];
export type Callers = S["Callers"];
export type CallerMatch = S["CallerMatch"];
export type NewCall = S["CallBody"];
export type GuestStart = S["GuestStartView"];
export type AddressView = S["AddressView"];
export type PhoneView = S["PhoneView"];
export type SupportContact = S["SupportContact"];
export type NewSupportContact = S["SupportContactBody"];
export type ContactChange = Omit<S["ContactChanged"], "change"> & { change?: ChangeView | null };
/** What changes is told by its kind; the document knows only that it is an object. */
export type ChangeView = Omit<S["ChangeView"], "what"> & { what: unknown };
export type SupportSettings = Omit<S["SupportSettings"], "changes"> & { changes: ChangeView[] };
export type Challenge = S["ChallengeView"];

export type Language = "de" | "en";
export type Category = S["ReasonWord"];
export type Channel = S["ChannelWord"];
export type Role = S["StaffRoleWord"];
