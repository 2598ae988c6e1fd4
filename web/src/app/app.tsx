// The routes. Portal and desk are loaded apart: a customer's phone never loads the desk.

import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";
import { live } from "../shared/api/live";
import { useMe } from "../shared/api/me";
import type { Me } from "../shared/api/types";
import { Boundary } from "../shared/frame/Boundary";
import { useKeptFocus } from "../shared/frame/focus";
import { page } from "../shared/frame/page";
import { Broken, Loading } from "../shared/frame/states";
import { claimDrafts } from "../shared/ticket/drafts";
import { useLanguage } from "../shared/words/language";

const Portal = page(() => import("../portal/Portal"));
const GuestStart = page(() =>
	import("../shared/signin/GuestStart").then((page) => ({ default: page.GuestStart })),
);
const ChallengePage = page(() =>
	import("./challenge/ChallengePage").then((one) => ({ default: one.ChallengePage })),
);
const Activation = page(() =>
	import("../shared/signin/Activation").then((one) => ({ default: one.Activation })),
);
const AskPage = page(() =>
	import("../shared/recovery/AskPage").then((one) => ({ default: one.AskPage })),
);
const RecoveryPage = page(() =>
	import("../shared/recovery/RecoveryPage").then((one) => ({ default: one.RecoveryPage })),
);
const StopPage = page(() =>
	import("../shared/recovery/StopPage").then((one) => ({ default: one.StopPage })),
);
const LinkPage = page(() =>
	import("../shared/signin/LinkPage").then((one) => ({ default: one.LinkPage })),
);
const SignIn = page(() =>
	import("../shared/signin/SignIn").then((one) => ({ default: one.SignIn })),
);
const Desk = page(() => import("../desk/Desk"));

/** Where a person starts. */
export function homeOf(me: Me): string {
	return me.kind === "contact" ? "/home" : "/desk";
}

export function App() {
	useKeptFocus();
	return (
		<Boundary>
			<Suspense fallback={<Loading page />}>
				<Routes>
					<Route path="/sign-in" element={<SignIn />} />
					<Route path="/sign-in/link" element={<LinkPage />} />
					<Route path="/activation" element={<Activation />} />
					<Route path="/recovery" element={<RecoveryPage />} />
					<Route path="/recovery/ask" element={<AskPage />} />
					<Route path="/recovery/stop" element={<StopPage />} />
					<Route path="/challenge" element={<ChallengePage />} />
					<Route path="/guest" element={<GuestStart />} />
					<Route path="*" element={<Inside />} />
				</Routes>
			</Suspense>
		</Boundary>
	);
}

/** Everything behind the sign-in: the portal for contacts, the desk for staff. */
function Inside() {
	const me = useMe();
	const location = useLocation();
	useLive(me.data ?? null);
	useLanguageOf(me.data ?? null);
	if (me.isPending) return <Loading page />;
	if (me.isError && !me.data) return <Broken page error={me.error} again={() => me.refetch()} />;
	if (!me.data) return <Navigate to="/sign-in" replace state={{ from: location.pathname }} />;
	const desk = location.pathname === "/desk" || location.pathname.startsWith("/desk/");
	const ours = me.data.kind === "staff" ? desk : !desk && location.pathname !== "/";
	if (!ours) return <Navigate to={homeOf(me.data)} replace />;
	claimDrafts(me.data.id);
	return me.data.kind === "contact" ? <Portal me={me.data} /> : <Desk me={me.data} />;
}

function useLive(me: Me | null): void {
	const client = useQueryClient();
	const id = me?.id;
	useEffect(() => {
		if (!id) return;
		const stream = live(client);
		stream.start(id);
		return () => stream.stop();
	}, [client, id]);
}

function useLanguageOf(me: Me | null): void {
	const { choose } = useLanguage();
	const language = me?.language;
	useEffect(() => {
		if (language === "de" || language === "en") choose(language);
	}, [language, choose]);
}
