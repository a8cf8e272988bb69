/**
 * What real traffic looks like, counted in the 14,279 requests (two weeks of November 2024) of GenTD26, Alibaba's public
 * cluster trace of a text-to-image service. traffic.test.ts counts them again where the trace lies beside the project.
 */
export const TRACE_PROFILE = {
  /** Requests by hour of the day (UTC). */
  hours: [
    2155, 534, 412, 407, 278, 169, 211, 159, 70, 40, 25, 2, 0, 0, 3, 29, 339, 1120, 1551, 309, 564, 1916, 1994, 1992,
  ],
  /** Inpainting counts as img2img; the trace knows no background removal. */
  operations: { txt2img: 13066, img2img: 1213, remove_background: 0 },
  /** Requests by number of pictures: 1, 2, 3, 4; the 2,087 with five or eight count as four, the most that we accept. */
  images: [8324, 1066, 9, 4867],
  /** Requests of each tenth of the 2,380 users, the busiest first. */
  userTenths: [7914, 1850, 1230, 905, 704, 476, 476, 248, 238, 238],
} as const;
