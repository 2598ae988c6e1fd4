// “That was not me”: one press, so that a program that follows links stops nothing.
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, ask } from "../api/client";
import { Refused } from "../frame/states";
import { useTitle } from "../frame/title";
import { useFragmentToken } from "../signin/LinkPage";
import { Threshold } from "../signin/SignIn";
import { signInWords } from "../signin/words";
import { useWords } from "../words/language";
import { recoveryWords } from "./words";

export function StopPage() {
	const t = useWords(recoveryWords);
	const s = useWords(signInWords);
	const token = useFragmentToken();
	const stop = useMutation({
		mutationFn: () => ask(api.POST("/recovery/object", { body: { token } })),
	});
	useTitle(t.stopTitle);
	return (
		<Threshold title={t.stopTitle}>
			<div className="stack">
				{token && !stop.isSuccess ? (
					<>
						<p>{t.stopText}</p>
						<Button size="md" color="red" loading={stop.isPending} onClick={() => stop.mutate()}>
							{t.stop}
						</Button>
					</>
				) : null}
				{token ? null : <p>{t.missing}</p>}
				<div role="status">{stop.isSuccess ? <p>{t.stopped}</p> : null}</div>
				<Refused error={stop.error} />
				<p>
					<Link to="/sign-in">{s.toSignIn}</Link>
				</p>
			</div>
		</Threshold>
	);
}
