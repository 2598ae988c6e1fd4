// The portal's frame: the mark, the way around, *Support* at the top right of every page (rule B6).
import { lazy } from "react";
import { Link, NavLink, Route, Routes } from "react-router";
import type { Me } from "../api/types";
import { Home } from "../door/Home";
import { SupportSheet } from "../pin/SupportSheet";
import { NewRequest } from "../request/NewRequest";
import { RequestList } from "../request/RequestList";
import { RequestPage } from "../request/RequestPage";
import { GroundPage } from "../visit/GroundPage";
import { VisitBook } from "../visit/VisitBook";
import { useWords } from "../words/language";
import classes from "./frame.module.css";
import { LiveNote } from "./LiveNote";
import { Mark } from "./Mark";
import { NotFound } from "./NotFound";
import { PersonMenu } from "./PersonMenu";
import { frameWords } from "./words";

const Settings = lazy(() => import("../settings/Settings"));
const SupportSettings = lazy(() => import("../contacts/SupportSettings"));

export default function Portal({ me }: { me: Me }) {
	const t = useWords(frameWords);
	return (
		<>
			<a className="skip" href="#content">
				{t.skip}
			</a>
			<header className={classes.head}>
				<div className={`${classes.headRow} ${classes.narrow}`}>
					<Link to="/home" className={classes.brand}>
						<Mark />
						<span className={classes.brandName}>{me.provider.name}</span>
					</Link>
					<nav className={`${classes.nav} ${classes.portalNav}`} aria-label={t.navigation}>
						<NavLink to="/home">{t.home}</NavLink>
						<NavLink to="/requests">{t.requests}</NavLink>
						<NavLink to="/visits">{t.visits}</NavLink>
					</nav>
					<span className={classes.grow} />
					<PersonMenu me={me} />
					<SupportSheet me={me} />
				</div>
			</header>
			<LiveNote />
			<main id="content" tabIndex={-1} className={`${classes.main} ${classes.narrow}`}>
				<Routes>
					<Route path="/home" element={<Home />} />
					<Route path="/requests" element={<RequestList me={me} />} />
					<Route path="/requests/new" element={<NewRequest me={me} />} />
					<Route path="/requests/:id" element={<RequestPage />} />
					<Route path="/visits" element={<VisitBook />} />
					<Route path="/visits/:groundId" element={<GroundPage />} />
					<Route path="/settings" element={<Settings me={me} />} />
					<Route path="/settings/support" element={<SupportSettings me={me} />} />
					<Route path="*" element={<NotFound to="/home" />} />
				</Routes>
			</main>
		</>
	);
}
