// The desk's frame: the finder in the middle of every page, leads' and admins' pages beside it.
import { Button } from "@mantine/core";
import { Suspense, useCallback, useRef } from "react";
import { Link, Navigate, NavLink, Route, Routes, useLocation, useNavigate } from "react-router";
import { isAdmin, isGuest, oversees, serves } from "../shared/api/me";
import type { Me } from "../shared/api/types";
import classes from "../shared/frame/frame.module.css";
import { LiveNote } from "../shared/frame/LiveNote";
import { Mark } from "../shared/frame/Mark";
import { NotFound } from "../shared/frame/NotFound";
import { PersonMenu } from "../shared/frame/PersonMenu";
import { page } from "../shared/frame/page";
import { Loading } from "../shared/frame/states";
import { frameWords } from "../shared/frame/words";
import { RecoveryCount } from "../shared/recovery/RecoveryCount";
import { GroundPage } from "../shared/visit/GroundPage";
import { useWords } from "../shared/words/language";
import { CustomerPage } from "./CustomerPage";
import { DeskHome } from "./DeskHome";
import { Finder } from "./Finder";
import { KeysList, placesOf, useDeskKeys, useKeysList } from "./Keys";
import { AlarmCount } from "./leads/AlarmCount";
import { HeldCount } from "./quarantine/HeldCount";

const Settings = page(() => import("../shared/settings/Settings"));
const Alarms = page(() => import("./leads/Alarms"));
const Accounts = page(() => import("../shared/recovery/Accounts"));
const Sessions = page(() => import("./leads/Sessions"));
const Staff = page(() => import("./leads/Staff"));
const Queue = page(() => import("./queue/Queue"));
const TicketPage = page(() => import("./ticket/TicketPage"));
const Quarantine = page(() => import("./quarantine/Quarantine"));
const MailPage = page(() => import("./quarantine/MailPage"));
const CallPage = page(() => import("./call/CallPage"));
const Create = page(() => import("./admin/Create"));
const Customers = page(() => import("./admin/Customers"));
const Import = page(() => import("./admin/Import"));
const ManageCustomer = page(() => import("./admin/ManageCustomer"));

export default function Desk({ me }: { me: Me }) {
	const t = useWords(frameWords);
	const finder = useRef<HTMLInputElement>(null);
	const list = useKeysList();
	const find = useCallback(() => finder.current?.focus(), []);
	const guest = isGuest(me);
	const navigate = useNavigate();
	useDeskKeys(find, list.show, navigate, placesOf(guest));
	return (
		<>
			<a className="skip" href="#content">
				{t.skip}
			</a>
			<header className={classes.head}>
				<div
					className={`${classes.headRow} ${classes.wide} ${classes.deskRow}`}
					data-many={oversees(me) || undefined}
				>
					<Link to="/desk" className={classes.brand}>
						<Mark />
						<span className={classes.brandName}>{me.provider.name}</span>
					</Link>
					<DeskNav me={me} />
					{guest ? <span className={classes.grow} /> : <Finder input={finder} />}
					<span className={classes.person} title={me.name}>
						{me.name}
					</span>
					<Button
						variant="default"
						size="sm"
						className={classes.keys}
						aria-label={t.keys}
						onClick={list.show}
					>
						?
					</Button>
					<PersonMenu me={me} />
				</div>
			</header>
			<LiveNote />
			<main id="content" tabIndex={-1} className={`${classes.main} ${classes.wide}`}>
				<Suspense fallback={<Loading lines={4} />}>
					<Routes>
						<Route
							path="/desk"
							element={guest ? <Navigate to="/desk/tickets" replace /> : <DeskHome />}
						/>
						{guest || serves(me) ? (
							<>
								<Route path="/desk/tickets" element={<Queue guest={guest} />} />
								<Route path="/desk/tickets/:id" element={<TicketPage me={me} />} />
							</>
						) : null}
						{serves(me) ? (
							<>
								<Route path="/desk/quarantine" element={<Quarantine />} />
								<Route path="/desk/quarantine/:id" element={<MailPage />} />
								<Route path="/desk/call" element={<CallPage me={me} />} />
							</>
						) : null}
						{guest ? null : (
							<>
								<Route path="/desk/customers/:id" element={<CustomerPage me={me} />} />
								<Route
									path="/desk/visits/:groundId"
									element={<GroundPage backTo="/desk" as={oversees(me) ? "lead" : "staff"} />}
								/>
							</>
						)}
						<Route path="/desk/settings" element={<Settings me={me} />} />
						{oversees(me) ? (
							<>
								<Route path="/desk/alarms" element={<Alarms />} />
								<Route path="/desk/sessions" element={<Sessions me={me} />} />
								<Route path="/desk/accounts" element={<Accounts me={me} />} />
								<Route path="/desk/staff" element={<Staff me={me} />} />
							</>
						) : null}
						{isAdmin(me) ? (
							<>
								<Route path="/desk/create" element={<Create />} />
								<Route path="/desk/import" element={<Import />} />
								<Route path="/desk/customers" element={<Customers />} />
								<Route path="/desk/customers/:id/manage" element={<ManageCustomer />} />
							</>
						) : null}
						<Route path="*" element={<NotFound to="/desk" />} />
					</Routes>
				</Suspense>
			</main>
			<KeysList opened={list.opened} onClose={list.hide} />
		</>
	);
}

/** Creating and importing are reached from the customers, and belong to them. */
function CustomersLink({ children }: { children: string }) {
	const { pathname } = useLocation();
	const within = /^\/desk\/(create|import)(\/|$)/.test(pathname);
	return within ? (
		<Link to="/desk/customers" aria-current="page">
			{children}
		</Link>
	) : (
		<NavLink to="/desk/customers">{children}</NavLink>
	);
}

function DeskNav({ me }: { me: Me }) {
	const t = useWords(frameWords);
	return (
		<nav className={classes.nav} aria-label={t.navigation}>
			{isGuest(me) ? null : (
				<NavLink to="/desk" end>
					{t.desk}
				</NavLink>
			)}
			{serves(me) || isGuest(me) ? <NavLink to="/desk/tickets">{t.tickets}</NavLink> : null}
			{serves(me) ? (
				<>
					<NavLink to="/desk/call">{t.call}</NavLink>
					<NavLink to="/desk/quarantine">
						{t.quarantine}
						<HeldCount />
					</NavLink>
				</>
			) : null}
			{oversees(me) ? (
				<>
					<NavLink to="/desk/sessions">{t.sessions}</NavLink>
					<NavLink to="/desk/alarms">
						{t.alarms}
						<AlarmCount />
					</NavLink>
					<NavLink to="/desk/accounts">
						{t.accounts}
						<RecoveryCount />
					</NavLink>
					<NavLink to="/desk/staff">{t.staff}</NavLink>
				</>
			) : null}
			{isAdmin(me) ? <CustomersLink>{t.customers}</CustomersLink> : null}
		</nav>
	);
}
