// Recoveries that whoever is signed in is told of.
import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../api/client";
import { keys } from "../api/keys";

export function useRecoveries() {
	return useQuery({ queryKey: keys.recoveries, queryFn: () => ask(api.GET("/recoveries")) });
}
