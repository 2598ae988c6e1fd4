// Short names for the API's shapes. The only file that names generated schema types.
import type { components } from "./schema";

type S = components["schemas"];
export type Me = S["Me"];
export type Language = Me["language"];
export type SignInView = S["SignInView"];
export type Ground = S["GroundView"];
export type Visit = S["VisitView"];
export type VisitRequest = S["RequestView"];
export type PinView = S["PinView"];
export type Ended = S["Ended"];
export type Door = S["DoorView"];
export type Category = Ground["reason"]["category"];
export type Channel = Ground["record"]["channel"];
export type OwnCustomer = S["OwnCustomer"];
export type CustomerFound = S["CustomerFound"];
export type Customer = S["CustomerView"];
export type Alarm = S["AlarmView"];
export type StaffRow = S["StaffRow"];
export type Role = S["Role"];
export type NewContact = S["NewContact"];
export type SignInRow = S["SignInRow"];
