// The portal's frame: the mark, the way around, *Support* at the top right of every page (rule B6).
import { Suspense } from "react";
import { Link, NavLink, Route, Routes } from "react-router";
import type { Me } from "../shared/api/types";
import classes from "../shared/frame/frame.module.css";
import { LiveNote } from "../shared/frame/LiveNote";
import { Mark } from "../shared/frame/Mark";
import { NotFound } from "../shared/frame/NotFound";
import { PersonMenu } from "../shared/frame/PersonMenu";
import { page } from "../shared/frame/page";
import { Loading } from "../shared/frame/states";
import { frameWords } from "../shared/frame/words";
import { useWords } from "../shared/words/language";
import { Home } from "./door/Home";
import { OpenLine } from "./door/OpenLine";
import { SupportSheet } from "./pin/SupportSheet";

const NewRequest = page(() =>
	import("./request/NewRequest").then((one) => ({ default: one.NewRequest })),
);
const RequestList = page(() =>
	import("./request/RequestList").then((one) => ({ default: one.RequestList })),
);
const RequestPage = page(() =>
	import("./request/RequestPage").then((one) => ({ default: one.RequestPage })),
);
const GroundPage = page(() =>
	import("../shared/visit/GroundPage").then((one) => ({ default: one.GroundPage })),
);
const VisitBook = page(() =>
	import("./visits/VisitBook").then((one) => ({ default: one.VisitBook })),
);
const Settings = page(() => import("../shared/settings/Settings"));
const SupportSettings = page(() => import("./contacts/SupportSettings"));

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
				<Suspense fallback={<Loading lines={4} />}>
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
				</Suspense>
			</main>
			<OpenLine />
		</>
	);
}
