/** How Rookery names itself to clients, which parse the line and compare its digits to know what a server can do. */

/** The release of ZooKeeper whose behaviour clients may count on. */
const ZOOKEEPER_LEVEL = "3.9.5";
/** This package's version; a test holds it to package.json. */
export const PACKAGE_VERSION = "0.0.0";
/**
 * When the version above was set, written here by whoever sets it. Not the time of a build: the same sources must give
 * the same bytes, and a server run from its sources was never built.
 */
const VERSIONED_AT = "2026-11-22 18:00 UTC";

/** Source: specification §10.2; go-zookeeper accepts letters, digits, dots and hyphens before the comma. */
export const VERSION: string = `${ZOOKEEPER_LEVEL}-rookery-${PACKAGE_VERSION}, built on ${VERSIONED_AT}`;
