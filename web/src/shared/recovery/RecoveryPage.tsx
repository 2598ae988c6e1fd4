// The way back in for who cannot sign in: the link is opened once, then this browser goes on with its key.
import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../api/client";
import { codeOf } from "../api/problem";
import type { OwnRecovery } from "../api/types";
import { Broken, Loading, Refused } from "../frame/states";
import { useTitle } from "../frame/title";
import { useFragmentToken } from "../signin/LinkPage";
import { Threshold } from "../signin/SignIn";
import { signInWords } from "../signin/words";
import { useWords } from "../words/language";
import { Begun } from "./Begun";
import { forgetKey, keepKey, keptKey } from "./key";
import { Ready } from "./Ready";
import { Resting, Waiting } from "./Waiting";
import { recoveryWords } from "./words";

/** How often it is looked whether somebody approved. */
const LOOK_MILLIS = 10_000;

export function RecoveryPage() {
	const t = useWords(recoveryWords);
	const token = useFragmentToken();
	// A new link counts, whatever this browser kept of an earlier one.
	const [key, setKey] = useState(token ? "" : keptKey());
	useTitle(t.title);
	if (key) return <Course recoveryKey={key} />;
	if (token) return <Opening token={token} onKey={setKey} />;
	return <Over />;
}

function Opening({ token, onKey }: { token: string; onKey(key: string): void }) {
	const t = useWords(recoveryWords);
	const begin = useMutation({
		mutationFn: () => ask(api.POST("/recovery/begin", { body: { token } })),
		onSuccess: ({ key }) => {
			keepKey(key);
			onKey(key);
		},
	});
	if (codeOf(begin.error) === "recovery.over") return <Over />;
	return (
		<Threshold title={t.title}>
			<div className="stack">
				<p>{t.openText}</p>
				<Refused error={begin.error} />
				<Button size="md" loading={begin.isPending} onClick={() => begin.mutate()}>
					{t.open}
				</Button>
			</div>
		</Threshold>
	);
}

function Over({ children }: { children?: ReactNode }) {
	const t = useWords(recoveryWords);
	return (
		<Threshold title={t.overTitle}>
			<div className="stack">
				<p>{children ?? t.overText}</p>
				<p>
					<Link to="/recovery/ask">{t.again}</Link>
				</p>
			</div>
		</Threshold>
	);
}

function Course({ recoveryKey }: { recoveryKey: string }) {
	const t = useWords(recoveryWords);
	const s = useWords(signInWords);
	const [end, setEnd] = useState<"done" | "withdrawn" | null>(null);
	const view = useQuery({
		queryKey: ["recovery", recoveryKey],
		queryFn: () => ask(api.POST("/recovery/look", { body: { key: recoveryKey } })),
		enabled: end === null,
		refetchInterval: (query) => (query.state.data?.state === "waiting" ? LOOK_MILLIS : false),
		retry: false,
	});
	const ended = (how: "done" | "withdrawn") => {
		forgetKey();
		setEnd(how);
	};
	if (end) {
		return (
			<Threshold title={end === "done" ? t.doneTitle : t.title}>
				<div className="stack" role="status">
					<p>{end === "done" ? t.doneText : t.withdrawn}</p>
					<p>
						<Link to={view.data?.kind === "staff" ? "/sign-in?as=staff" : "/sign-in"}>
							{s.toSignIn}
						</Link>
					</p>
				</div>
			</Threshold>
		);
	}
	if (codeOf(view.error) === "recovery.over") return <Over />;
	if (view.isPending) return <Loading page />;
	if (view.isError && !view.data)
		return <Broken page error={view.error} again={() => view.refetch()} />;
	const own = view.data;
	const part = { own, recoveryKey, onChange: () => void view.refetch() };
	return (
		<Threshold title={t.hello(own.name)} lead={own.provider.name}>
			<div className="stack-wide">
				{own.state === "begun" ? <Begun {...part} onDone={() => ended("done")} /> : null}
				{own.state === "waiting" ? <Waiting own={own} /> : null}
				{own.state === "resting" ? <Resting own={own} /> : null}
				{own.state === "ready" ? <Ready {...part} onDone={() => ended("done")} /> : null}
				<Withdraw recoveryKey={recoveryKey} onDone={() => ended("withdrawn")} />
			</div>
		</Threshold>
	);
}

/** What each step is given. */
export interface StepProps {
	own: OwnRecovery;
	recoveryKey: string;
	onChange(): void;
	onDone(): void;
}

function Withdraw({ recoveryKey, onDone }: { recoveryKey: string; onDone(): void }) {
	const t = useWords(recoveryWords);
	const withdraw = useMutation({
		mutationFn: () => ask(api.POST("/recovery/withdraw", { body: { key: recoveryKey } })),
		onSuccess: onDone,
	});
	return (
		<div className="stack-close">
			<div>
				<Button
					variant="default"
					size="sm"
					loading={withdraw.isPending}
					onClick={() => withdraw.mutate()}
				>
					{t.withdraw}
				</Button>
			</div>
			<Refused error={withdraw.error} />
		</div>
	);
}
