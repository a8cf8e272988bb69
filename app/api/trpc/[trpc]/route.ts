import { handleTrpc } from "@/server/trpc/handle-trpc";

export const dynamic = "force-dynamic";

export { handleTrpc as GET, handleTrpc as POST };
