// Where the link in the mail leads. The token is in the fragment and is sent only on a press of the
// button, so that a mail scanner that opens the link uses nothing up.
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../api/client";
import { Refused } from "../frame/states";
import { useTitle } from "../frame/title";
import { useWords } from "../words/language";
import { Threshold, useEnter } from "./SignIn";
import { signInWords } from "./words";

/**
 * The token of the address's fragment, as it stands there: tokens are base 32, nothing in them is
 * encoded. Taken out of the address bar and the history at once.
 */
export function useFragmentToken(): string {
	const [token] = useState(() => location.hash.slice(1));
	useEffect(() => {
		if (location.hash) history.replaceState(history.state, "", location.pathname);
	}, []);
	return token;
}

export function LinkPage() {
	const t = useWords(signInWords);
	const token = useFragmentToken();
	const enter = useEnter();
	const redeem = useMutation({
		mutationFn: () => ask(api.POST("/sign-in/link/redeem", { body: { token } })),
		onSuccess: enter,
	});
	useTitle(t.title);
	return (
		<Threshold title={t.linkTitle}>
			<div className="stack">
				{token ? (
					<>
						<p>{t.linkText}</p>
						<Button size="md" loading={redeem.isPending} onClick={() => redeem.mutate()}>
							{t.linkButton}
						</Button>
					</>
				) : (
					<p>{t.linkMissing}</p>
				)}
				<Refused error={redeem.error} />
				<p>
					<Link to="/sign-in">{t.toSignIn}</Link>
				</p>
			</div>
		</Threshold>
	);
}
