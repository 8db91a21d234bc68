/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["rookery-peer"] || ($protobuf.roots["rookery-peer"] = {});

export const peer = $root.peer = (() => {

    /**
     * Namespace peer.
     * @exports peer
     * @namespace
     */
    const peer = {};

    peer.Envelope = (function() {

        /**
         * Properties of an Envelope.
         * @typedef {Object} peer.Envelope.$Properties
         * @property {peer.Append.$Properties|null} [append] Envelope append
         * @property {peer.AppendAck.$Properties|null} [appendAck] Envelope appendAck
         * @property {peer.Heartbeat.$Properties|null} [heartbeat] Envelope heartbeat
         * @property {peer.Forward.$Properties|null} [forward] Envelope forward
         * @property {peer.ForwardReply.$Properties|null} [forwardReply] Envelope forwardReply
         * @property {peer.Touch.$Properties|null} [touch] Envelope touch
         * @property {peer.ReadIndex.$Properties|null} [readIndex] Envelope readIndex
         * @property {peer.ReadIndexAck.$Properties|null} [readIndexAck] Envelope readIndexAck
         * @property {peer.Notify.$Properties|null} [notify] Envelope notify
         * @property {peer.Revalidate.$Properties|null} [revalidate] Envelope revalidate
         * @property {peer.RevalidateReply.$Properties|null} [revalidateReply] Envelope revalidateReply
         * @property {peer.SnapshotChunk.$Properties|null} [snapshotChunk] Envelope snapshotChunk
         * @property {peer.SnapshotCredit.$Properties|null} [snapshotCredit] Envelope snapshotCredit
         * @property {peer.Ping.$Properties|null} [ping] Envelope ping
         * @property {peer.Hail.$Properties|null} [hail] Envelope hail
         * @property {peer.Join.$Properties|null} [join] Envelope join
         * @property {peer.NewEpoch.$Properties|null} [newEpoch] Envelope newEpoch
         * @property {peer.AckEpoch.$Properties|null} [ackEpoch] Envelope ackEpoch
         * @property {peer.TransferLead.$Properties|null} [transferLead] Envelope transferLead
         * @property {peer.FollowMe.$Properties|null} [followMe] Envelope followMe
         * @property {peer.Refuse.$Properties|null} [refuse] Envelope refuse
         * @property {peer.SnapshotOffer.$Properties|null} [snapshotOffer] Envelope snapshotOffer
         * @property {peer.SnapshotRequest.$Properties|null} [snapshotRequest] Envelope snapshotRequest
         * @property {peer.SnapshotGone.$Properties|null} [snapshotGone] Envelope snapshotGone
         * @property {peer.Hello.$Properties|null} [hello] Envelope hello
         * @property {peer.HelloAck.$Properties|null} [helloAck] Envelope helloAck
         * @property {peer.HelloReject.$Properties|null} [helloReject] Envelope helloReject
         * @property {"append"|"appendAck"|"heartbeat"|"forward"|"forwardReply"|"touch"|"readIndex"|"readIndexAck"|"notify"|"revalidate"|"revalidateReply"|"snapshotChunk"|"snapshotCredit"|"ping"|"hail"|"join"|"newEpoch"|"ackEpoch"|"transferLead"|"followMe"|"refuse"|"snapshotOffer"|"snapshotRequest"|"snapshotGone"|"hello"|"helloAck"|"helloReject"} [body] Envelope body
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an Envelope.
         * @memberof peer
         * @interface IEnvelope
         * @augments peer.Envelope.$Properties
         * @deprecated Use peer.Envelope.$Properties instead.
         */

        /**
         * Narrowed shape of an Envelope.
         * @typedef {{
         *   append?: peer.Append.$Shape|null;
         *   appendAck?: peer.AppendAck.$Shape|null;
         *   heartbeat?: peer.Heartbeat.$Shape|null;
         *   forward?: peer.Forward.$Shape|null;
         *   forwardReply?: peer.ForwardReply.$Shape|null;
         *   touch?: peer.Touch.$Shape|null;
         *   readIndex?: peer.ReadIndex.$Shape|null;
         *   readIndexAck?: peer.ReadIndexAck.$Shape|null;
         *   notify?: peer.Notify.$Shape|null;
         *   revalidate?: peer.Revalidate.$Shape|null;
         *   revalidateReply?: peer.RevalidateReply.$Shape|null;
         *   snapshotChunk?: peer.SnapshotChunk.$Shape|null;
         *   snapshotCredit?: peer.SnapshotCredit.$Shape|null;
         *   ping?: peer.Ping.$Shape|null;
         *   hail?: peer.Hail.$Shape|null;
         *   join?: peer.Join.$Shape|null;
         *   newEpoch?: peer.NewEpoch.$Shape|null;
         *   ackEpoch?: peer.AckEpoch.$Shape|null;
         *   transferLead?: peer.TransferLead.$Shape|null;
         *   followMe?: peer.FollowMe.$Shape|null;
         *   refuse?: peer.Refuse.$Shape|null;
         *   snapshotOffer?: peer.SnapshotOffer.$Shape|null;
         *   snapshotRequest?: peer.SnapshotRequest.$Shape|null;
         *   snapshotGone?: peer.SnapshotGone.$Shape|null;
         *   hello?: peer.Hello.$Shape|null;
         *   helloAck?: peer.HelloAck.$Shape|null;
         *   helloReject?: peer.HelloReject.$Shape|null;
         *   $unknowns?: Array.<Uint8Array>;
         * } & (
         *   ({ body?: undefined; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "append"; append: peer.Append.$Shape; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "appendAck"; append?: null; appendAck: peer.AppendAck.$Shape; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "heartbeat"; append?: null; appendAck?: null; heartbeat: peer.Heartbeat.$Shape; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "forward"; append?: null; appendAck?: null; heartbeat?: null; forward: peer.Forward.$Shape; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "forwardReply"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply: peer.ForwardReply.$Shape; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "touch"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch: peer.Touch.$Shape; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "readIndex"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex: peer.ReadIndex.$Shape; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "readIndexAck"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck: peer.ReadIndexAck.$Shape; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "notify"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify: peer.Notify.$Shape; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "revalidate"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate: peer.Revalidate.$Shape; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "revalidateReply"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply: peer.RevalidateReply.$Shape; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "snapshotChunk"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk: peer.SnapshotChunk.$Shape; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "snapshotCredit"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit: peer.SnapshotCredit.$Shape; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "ping"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping: peer.Ping.$Shape; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "hail"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail: peer.Hail.$Shape; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "join"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join: peer.Join.$Shape; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "newEpoch"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch: peer.NewEpoch.$Shape; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "ackEpoch"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch: peer.AckEpoch.$Shape; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "transferLead"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead: peer.TransferLead.$Shape; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "followMe"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe: peer.FollowMe.$Shape; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "refuse"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse: peer.Refuse.$Shape; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "snapshotOffer"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer: peer.SnapshotOffer.$Shape; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "snapshotRequest"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest: peer.SnapshotRequest.$Shape; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "snapshotGone"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone: peer.SnapshotGone.$Shape; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "hello"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello: peer.Hello.$Shape; helloAck?: null; helloReject?: null }|{ body?: "helloAck"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck: peer.HelloAck.$Shape; helloReject?: null }|{ body?: "helloReject"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject: peer.HelloReject.$Shape })
         * )} peer.Envelope.$Shape
         */

        /**
         * Constructs a new Envelope.
         * @memberof peer
         * @classdesc Represents an Envelope.
         * @constructor
         * @param {peer.Envelope.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Envelope = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Envelope append.
         * @member {peer.Append.$Properties|null|undefined} append
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.append = null;

        /**
         * Envelope appendAck.
         * @member {peer.AppendAck.$Properties|null|undefined} appendAck
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.appendAck = null;

        /**
         * Envelope heartbeat.
         * @member {peer.Heartbeat.$Properties|null|undefined} heartbeat
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.heartbeat = null;

        /**
         * Envelope forward.
         * @member {peer.Forward.$Properties|null|undefined} forward
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.forward = null;

        /**
         * Envelope forwardReply.
         * @member {peer.ForwardReply.$Properties|null|undefined} forwardReply
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.forwardReply = null;

        /**
         * Envelope touch.
         * @member {peer.Touch.$Properties|null|undefined} touch
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.touch = null;

        /**
         * Envelope readIndex.
         * @member {peer.ReadIndex.$Properties|null|undefined} readIndex
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.readIndex = null;

        /**
         * Envelope readIndexAck.
         * @member {peer.ReadIndexAck.$Properties|null|undefined} readIndexAck
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.readIndexAck = null;

        /**
         * Envelope notify.
         * @member {peer.Notify.$Properties|null|undefined} notify
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.notify = null;

        /**
         * Envelope revalidate.
         * @member {peer.Revalidate.$Properties|null|undefined} revalidate
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.revalidate = null;

        /**
         * Envelope revalidateReply.
         * @member {peer.RevalidateReply.$Properties|null|undefined} revalidateReply
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.revalidateReply = null;

        /**
         * Envelope snapshotChunk.
         * @member {peer.SnapshotChunk.$Properties|null|undefined} snapshotChunk
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.snapshotChunk = null;

        /**
         * Envelope snapshotCredit.
         * @member {peer.SnapshotCredit.$Properties|null|undefined} snapshotCredit
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.snapshotCredit = null;

        /**
         * Envelope ping.
         * @member {peer.Ping.$Properties|null|undefined} ping
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.ping = null;

        /**
         * Envelope hail.
         * @member {peer.Hail.$Properties|null|undefined} hail
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.hail = null;

        /**
         * Envelope join.
         * @member {peer.Join.$Properties|null|undefined} join
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.join = null;

        /**
         * Envelope newEpoch.
         * @member {peer.NewEpoch.$Properties|null|undefined} newEpoch
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.newEpoch = null;

        /**
         * Envelope ackEpoch.
         * @member {peer.AckEpoch.$Properties|null|undefined} ackEpoch
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.ackEpoch = null;

        /**
         * Envelope transferLead.
         * @member {peer.TransferLead.$Properties|null|undefined} transferLead
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.transferLead = null;

        /**
         * Envelope followMe.
         * @member {peer.FollowMe.$Properties|null|undefined} followMe
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.followMe = null;

        /**
         * Envelope refuse.
         * @member {peer.Refuse.$Properties|null|undefined} refuse
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.refuse = null;

        /**
         * Envelope snapshotOffer.
         * @member {peer.SnapshotOffer.$Properties|null|undefined} snapshotOffer
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.snapshotOffer = null;

        /**
         * Envelope snapshotRequest.
         * @member {peer.SnapshotRequest.$Properties|null|undefined} snapshotRequest
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.snapshotRequest = null;

        /**
         * Envelope snapshotGone.
         * @member {peer.SnapshotGone.$Properties|null|undefined} snapshotGone
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.snapshotGone = null;

        /**
         * Envelope hello.
         * @member {peer.Hello.$Properties|null|undefined} hello
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.hello = null;

        /**
         * Envelope helloAck.
         * @member {peer.HelloAck.$Properties|null|undefined} helloAck
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.helloAck = null;

        /**
         * Envelope helloReject.
         * @member {peer.HelloReject.$Properties|null|undefined} helloReject
         * @memberof peer.Envelope
         * @instance
         */
        Envelope.prototype.helloReject = null;

        // OneOf field names bound to virtual getters and setters
        let $oneOfFields;

        /**
         * Envelope body.
         * @member {"append"|"appendAck"|"heartbeat"|"forward"|"forwardReply"|"touch"|"readIndex"|"readIndexAck"|"notify"|"revalidate"|"revalidateReply"|"snapshotChunk"|"snapshotCredit"|"ping"|"hail"|"join"|"newEpoch"|"ackEpoch"|"transferLead"|"followMe"|"refuse"|"snapshotOffer"|"snapshotRequest"|"snapshotGone"|"hello"|"helloAck"|"helloReject"|undefined} body
         * @memberof peer.Envelope
         * @instance
         */
        $Object.defineProperty(Envelope.prototype, "body", {
            get: $util.oneOfGetter($oneOfFields = ["append", "appendAck", "heartbeat", "forward", "forwardReply", "touch", "readIndex", "readIndexAck", "notify", "revalidate", "revalidateReply", "snapshotChunk", "snapshotCredit", "ping", "hail", "join", "newEpoch", "ackEpoch", "transferLead", "followMe", "refuse", "snapshotOffer", "snapshotRequest", "snapshotGone", "hello", "helloAck", "helloReject"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        /**
         * Creates a new Envelope instance using the specified properties.
         * @function create
         * @memberof peer.Envelope
         * @static
         * @param {peer.Envelope.$Properties=} [properties] Properties to set
         * @returns {peer.Envelope} Envelope instance
         * @type {{
         *   (properties: peer.Envelope.$Shape): peer.Envelope & peer.Envelope.$Shape;
         *   (properties?: peer.Envelope.$Properties): peer.Envelope;
         * }}
         */
        Envelope.create = function(properties) {
            return new Envelope(properties);
        };

        /**
         * Encodes the specified Envelope message. Does not implicitly {@link peer.Envelope.verify|verify} messages.
         * @function encode
         * @memberof peer.Envelope
         * @static
         * @param {peer.Envelope.$Properties} message Envelope message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Envelope.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.append != null && $Object.hasOwnProperty.call(message, "append"))
                $root.peer.Append.encode(message.append, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            if (message.appendAck != null && $Object.hasOwnProperty.call(message, "appendAck"))
                $root.peer.AppendAck.encode(message.appendAck, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
            if (message.heartbeat != null && $Object.hasOwnProperty.call(message, "heartbeat"))
                $root.peer.Heartbeat.encode(message.heartbeat, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
            if (message.forward != null && $Object.hasOwnProperty.call(message, "forward"))
                $root.peer.Forward.encode(message.forward, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
            if (message.forwardReply != null && $Object.hasOwnProperty.call(message, "forwardReply"))
                $root.peer.ForwardReply.encode(message.forwardReply, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
            if (message.touch != null && $Object.hasOwnProperty.call(message, "touch"))
                $root.peer.Touch.encode(message.touch, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
            if (message.readIndex != null && $Object.hasOwnProperty.call(message, "readIndex"))
                $root.peer.ReadIndex.encode(message.readIndex, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
            if (message.readIndexAck != null && $Object.hasOwnProperty.call(message, "readIndexAck"))
                $root.peer.ReadIndexAck.encode(message.readIndexAck, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
            if (message.notify != null && $Object.hasOwnProperty.call(message, "notify"))
                $root.peer.Notify.encode(message.notify, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
            if (message.revalidate != null && $Object.hasOwnProperty.call(message, "revalidate"))
                $root.peer.Revalidate.encode(message.revalidate, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
            if (message.revalidateReply != null && $Object.hasOwnProperty.call(message, "revalidateReply"))
                $root.peer.RevalidateReply.encode(message.revalidateReply, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
            if (message.snapshotChunk != null && $Object.hasOwnProperty.call(message, "snapshotChunk"))
                $root.peer.SnapshotChunk.encode(message.snapshotChunk, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
            if (message.snapshotCredit != null && $Object.hasOwnProperty.call(message, "snapshotCredit"))
                $root.peer.SnapshotCredit.encode(message.snapshotCredit, writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
            if (message.ping != null && $Object.hasOwnProperty.call(message, "ping"))
                $root.peer.Ping.encode(message.ping, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
            if (message.hail != null && $Object.hasOwnProperty.call(message, "hail"))
                $root.peer.Hail.encode(message.hail, writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
            if (message.join != null && $Object.hasOwnProperty.call(message, "join"))
                $root.peer.Join.encode(message.join, writer.uint32(/* id 17, wireType 2 =*/138).fork(), _depth + 1).ldelim();
            if (message.newEpoch != null && $Object.hasOwnProperty.call(message, "newEpoch"))
                $root.peer.NewEpoch.encode(message.newEpoch, writer.uint32(/* id 18, wireType 2 =*/146).fork(), _depth + 1).ldelim();
            if (message.ackEpoch != null && $Object.hasOwnProperty.call(message, "ackEpoch"))
                $root.peer.AckEpoch.encode(message.ackEpoch, writer.uint32(/* id 19, wireType 2 =*/154).fork(), _depth + 1).ldelim();
            if (message.transferLead != null && $Object.hasOwnProperty.call(message, "transferLead"))
                $root.peer.TransferLead.encode(message.transferLead, writer.uint32(/* id 20, wireType 2 =*/162).fork(), _depth + 1).ldelim();
            if (message.followMe != null && $Object.hasOwnProperty.call(message, "followMe"))
                $root.peer.FollowMe.encode(message.followMe, writer.uint32(/* id 21, wireType 2 =*/170).fork(), _depth + 1).ldelim();
            if (message.refuse != null && $Object.hasOwnProperty.call(message, "refuse"))
                $root.peer.Refuse.encode(message.refuse, writer.uint32(/* id 22, wireType 2 =*/178).fork(), _depth + 1).ldelim();
            if (message.snapshotOffer != null && $Object.hasOwnProperty.call(message, "snapshotOffer"))
                $root.peer.SnapshotOffer.encode(message.snapshotOffer, writer.uint32(/* id 23, wireType 2 =*/186).fork(), _depth + 1).ldelim();
            if (message.snapshotRequest != null && $Object.hasOwnProperty.call(message, "snapshotRequest"))
                $root.peer.SnapshotRequest.encode(message.snapshotRequest, writer.uint32(/* id 24, wireType 2 =*/194).fork(), _depth + 1).ldelim();
            if (message.snapshotGone != null && $Object.hasOwnProperty.call(message, "snapshotGone"))
                $root.peer.SnapshotGone.encode(message.snapshotGone, writer.uint32(/* id 25, wireType 2 =*/202).fork(), _depth + 1).ldelim();
            if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                $root.peer.Hello.encode(message.hello, writer.uint32(/* id 32, wireType 2 =*/258).fork(), _depth + 1).ldelim();
            if (message.helloAck != null && $Object.hasOwnProperty.call(message, "helloAck"))
                $root.peer.HelloAck.encode(message.helloAck, writer.uint32(/* id 33, wireType 2 =*/266).fork(), _depth + 1).ldelim();
            if (message.helloReject != null && $Object.hasOwnProperty.call(message, "helloReject"))
                $root.peer.HelloReject.encode(message.helloReject, writer.uint32(/* id 34, wireType 2 =*/274).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an Envelope message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Envelope
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Envelope & peer.Envelope.$Shape} Envelope
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Envelope.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Envelope();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.append = $root.peer.Append.decode(reader, reader.size(), $undefined, _depth + 1, message.append);
                        message.body = "append";
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.appendAck = $root.peer.AppendAck.decode(reader, reader.size(), $undefined, _depth + 1, message.appendAck);
                        message.body = "appendAck";
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.heartbeat = $root.peer.Heartbeat.decode(reader, reader.size(), $undefined, _depth + 1, message.heartbeat);
                        message.body = "heartbeat";
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.forward = $root.peer.Forward.decode(reader, reader.size(), $undefined, _depth + 1, message.forward);
                        message.body = "forward";
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.forwardReply = $root.peer.ForwardReply.decode(reader, reader.size(), $undefined, _depth + 1, message.forwardReply);
                        message.body = "forwardReply";
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message.touch = $root.peer.Touch.decode(reader, reader.size(), $undefined, _depth + 1, message.touch);
                        message.body = "touch";
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        message.readIndex = $root.peer.ReadIndex.decode(reader, reader.size(), $undefined, _depth + 1, message.readIndex);
                        message.body = "readIndex";
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        message.readIndexAck = $root.peer.ReadIndexAck.decode(reader, reader.size(), $undefined, _depth + 1, message.readIndexAck);
                        message.body = "readIndexAck";
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        message.notify = $root.peer.Notify.decode(reader, reader.size(), $undefined, _depth + 1, message.notify);
                        message.body = "notify";
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        message.revalidate = $root.peer.Revalidate.decode(reader, reader.size(), $undefined, _depth + 1, message.revalidate);
                        message.body = "revalidate";
                        continue;
                    }
                case 11: {
                        if (wireType !== 2)
                            break;
                        message.revalidateReply = $root.peer.RevalidateReply.decode(reader, reader.size(), $undefined, _depth + 1, message.revalidateReply);
                        message.body = "revalidateReply";
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        message.snapshotChunk = $root.peer.SnapshotChunk.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshotChunk);
                        message.body = "snapshotChunk";
                        continue;
                    }
                case 13: {
                        if (wireType !== 2)
                            break;
                        message.snapshotCredit = $root.peer.SnapshotCredit.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshotCredit);
                        message.body = "snapshotCredit";
                        continue;
                    }
                case 14: {
                        if (wireType !== 2)
                            break;
                        message.ping = $root.peer.Ping.decode(reader, reader.size(), $undefined, _depth + 1, message.ping);
                        message.body = "ping";
                        continue;
                    }
                case 16: {
                        if (wireType !== 2)
                            break;
                        message.hail = $root.peer.Hail.decode(reader, reader.size(), $undefined, _depth + 1, message.hail);
                        message.body = "hail";
                        continue;
                    }
                case 17: {
                        if (wireType !== 2)
                            break;
                        message.join = $root.peer.Join.decode(reader, reader.size(), $undefined, _depth + 1, message.join);
                        message.body = "join";
                        continue;
                    }
                case 18: {
                        if (wireType !== 2)
                            break;
                        message.newEpoch = $root.peer.NewEpoch.decode(reader, reader.size(), $undefined, _depth + 1, message.newEpoch);
                        message.body = "newEpoch";
                        continue;
                    }
                case 19: {
                        if (wireType !== 2)
                            break;
                        message.ackEpoch = $root.peer.AckEpoch.decode(reader, reader.size(), $undefined, _depth + 1, message.ackEpoch);
                        message.body = "ackEpoch";
                        continue;
                    }
                case 20: {
                        if (wireType !== 2)
                            break;
                        message.transferLead = $root.peer.TransferLead.decode(reader, reader.size(), $undefined, _depth + 1, message.transferLead);
                        message.body = "transferLead";
                        continue;
                    }
                case 21: {
                        if (wireType !== 2)
                            break;
                        message.followMe = $root.peer.FollowMe.decode(reader, reader.size(), $undefined, _depth + 1, message.followMe);
                        message.body = "followMe";
                        continue;
                    }
                case 22: {
                        if (wireType !== 2)
                            break;
                        message.refuse = $root.peer.Refuse.decode(reader, reader.size(), $undefined, _depth + 1, message.refuse);
                        message.body = "refuse";
                        continue;
                    }
                case 23: {
                        if (wireType !== 2)
                            break;
                        message.snapshotOffer = $root.peer.SnapshotOffer.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshotOffer);
                        message.body = "snapshotOffer";
                        continue;
                    }
                case 24: {
                        if (wireType !== 2)
                            break;
                        message.snapshotRequest = $root.peer.SnapshotRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshotRequest);
                        message.body = "snapshotRequest";
                        continue;
                    }
                case 25: {
                        if (wireType !== 2)
                            break;
                        message.snapshotGone = $root.peer.SnapshotGone.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshotGone);
                        message.body = "snapshotGone";
                        continue;
                    }
                case 32: {
                        if (wireType !== 2)
                            break;
                        message.hello = $root.peer.Hello.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                        message.body = "hello";
                        continue;
                    }
                case 33: {
                        if (wireType !== 2)
                            break;
                        message.helloAck = $root.peer.HelloAck.decode(reader, reader.size(), $undefined, _depth + 1, message.helloAck);
                        message.body = "helloAck";
                        continue;
                    }
                case 34: {
                        if (wireType !== 2)
                            break;
                        message.helloReject = $root.peer.HelloReject.decode(reader, reader.size(), $undefined, _depth + 1, message.helloReject);
                        message.body = "helloReject";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Envelope;
    })();

    /**
     * Plane enum.
     * @name peer.Plane
     * @enum {number}
     * @property {number} CONTROL=0 CONTROL value
     * @property {number} BULK=1 BULK value
     */
    peer.Plane = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "CONTROL"] = 0;
        values[valuesById[1] = "BULK"] = 1;
        return values;
    })();

    peer.Hello = (function() {

        /**
         * Properties of a Hello.
         * @typedef {Object} peer.Hello.$Properties
         * @property {number|null} [protoMin] Hello protoMin
         * @property {number|null} [protoMax] Hello protoMax
         * @property {Long|null} [clusterId] Hello clusterId
         * @property {Long|null} [configHash] Hello configHash
         * @property {number|null} [fromSid] Hello fromSid
         * @property {number|null} [toSid] Hello toSid
         * @property {Long|null} [bootId] Hello bootId
         * @property {peer.Plane|null} [plane] Hello plane
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Hello.
         * @memberof peer
         * @interface IHello
         * @augments peer.Hello.$Properties
         * @deprecated Use peer.Hello.$Properties instead.
         */

        /**
         * Shape of a Hello.
         * @typedef {peer.Hello.$Properties} peer.Hello.$Shape
         */

        /**
         * Constructs a new Hello.
         * @memberof peer
         * @classdesc Represents a Hello.
         * @constructor
         * @param {peer.Hello.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Hello = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Hello protoMin.
         * @member {number} protoMin
         * @memberof peer.Hello
         * @instance
         */
        Hello.prototype.protoMin = 0;

        /**
         * Hello protoMax.
         * @member {number} protoMax
         * @memberof peer.Hello
         * @instance
         */
        Hello.prototype.protoMax = 0;

        /**
         * Hello clusterId.
         * @member {Long} clusterId
         * @memberof peer.Hello
         * @instance
         */
        Hello.prototype.clusterId = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Hello configHash.
         * @member {Long} configHash
         * @memberof peer.Hello
         * @instance
         */
        Hello.prototype.configHash = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Hello fromSid.
         * @member {number} fromSid
         * @memberof peer.Hello
         * @instance
         */
        Hello.prototype.fromSid = 0;

        /**
         * Hello toSid.
         * @member {number} toSid
         * @memberof peer.Hello
         * @instance
         */
        Hello.prototype.toSid = 0;

        /**
         * Hello bootId.
         * @member {Long} bootId
         * @memberof peer.Hello
         * @instance
         */
        Hello.prototype.bootId = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Hello plane.
         * @member {peer.Plane} plane
         * @memberof peer.Hello
         * @instance
         */
        Hello.prototype.plane = 0;

        /**
         * Creates a new Hello instance using the specified properties.
         * @function create
         * @memberof peer.Hello
         * @static
         * @param {peer.Hello.$Properties=} [properties] Properties to set
         * @returns {peer.Hello} Hello instance
         * @type {{
         *   (properties: peer.Hello.$Shape): peer.Hello & peer.Hello.$Shape;
         *   (properties?: peer.Hello.$Properties): peer.Hello;
         * }}
         */
        Hello.create = function(properties) {
            return new Hello(properties);
        };

        /**
         * Encodes the specified Hello message. Does not implicitly {@link peer.Hello.verify|verify} messages.
         * @function encode
         * @memberof peer.Hello
         * @static
         * @param {peer.Hello.$Properties} message Hello message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Hello.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.protoMin != null && $Object.hasOwnProperty.call(message, "protoMin") && message.protoMin !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protoMin);
            if (message.protoMax != null && $Object.hasOwnProperty.call(message, "protoMax") && message.protoMax !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.protoMax);
            if (message.clusterId != null && $Object.hasOwnProperty.call(message, "clusterId") && (typeof message.clusterId === "object" ? message.clusterId.low || message.clusterId.high : message.clusterId !== 0))
                writer.uint32(/* id 3, wireType 1 =*/25).fixed64(message.clusterId);
            if (message.configHash != null && $Object.hasOwnProperty.call(message, "configHash") && (typeof message.configHash === "object" ? message.configHash.low || message.configHash.high : message.configHash !== 0))
                writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.configHash);
            if (message.fromSid != null && $Object.hasOwnProperty.call(message, "fromSid") && message.fromSid !== 0)
                writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.fromSid);
            if (message.toSid != null && $Object.hasOwnProperty.call(message, "toSid") && message.toSid !== 0)
                writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.toSid);
            if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId") && (typeof message.bootId === "object" ? message.bootId.low || message.bootId.high : message.bootId !== 0))
                writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.bootId);
            if (message.plane != null && $Object.hasOwnProperty.call(message, "plane") && message.plane !== 0)
                writer.uint32(/* id 8, wireType 0 =*/64).int32(message.plane);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Hello message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Hello
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Hello & peer.Hello.$Shape} Hello
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Hello.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Hello();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.protoMin = value;
                        else
                            delete message.protoMin;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.protoMax = value;
                        else
                            delete message.protoMax;
                        continue;
                    }
                case 3: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.clusterId = value;
                        else
                            delete message.clusterId;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.configHash = value;
                        else
                            delete message.configHash;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.fromSid = value;
                        else
                            delete message.fromSid;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.toSid = value;
                        else
                            delete message.toSid;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.bootId = value;
                        else
                            delete message.bootId;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.plane = value;
                        else
                            delete message.plane;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Hello;
    })();

    peer.HelloAck = (function() {

        /**
         * Properties of a HelloAck.
         * @typedef {Object} peer.HelloAck.$Properties
         * @property {number|null} [proto] HelloAck proto
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a HelloAck.
         * @memberof peer
         * @interface IHelloAck
         * @augments peer.HelloAck.$Properties
         * @deprecated Use peer.HelloAck.$Properties instead.
         */

        /**
         * Shape of a HelloAck.
         * @typedef {peer.HelloAck.$Properties} peer.HelloAck.$Shape
         */

        /**
         * Constructs a new HelloAck.
         * @memberof peer
         * @classdesc Represents a HelloAck.
         * @constructor
         * @param {peer.HelloAck.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const HelloAck = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * HelloAck proto.
         * @member {number} proto
         * @memberof peer.HelloAck
         * @instance
         */
        HelloAck.prototype.proto = 0;

        /**
         * Creates a new HelloAck instance using the specified properties.
         * @function create
         * @memberof peer.HelloAck
         * @static
         * @param {peer.HelloAck.$Properties=} [properties] Properties to set
         * @returns {peer.HelloAck} HelloAck instance
         * @type {{
         *   (properties: peer.HelloAck.$Shape): peer.HelloAck & peer.HelloAck.$Shape;
         *   (properties?: peer.HelloAck.$Properties): peer.HelloAck;
         * }}
         */
        HelloAck.create = function(properties) {
            return new HelloAck(properties);
        };

        /**
         * Encodes the specified HelloAck message. Does not implicitly {@link peer.HelloAck.verify|verify} messages.
         * @function encode
         * @memberof peer.HelloAck
         * @static
         * @param {peer.HelloAck.$Properties} message HelloAck message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        HelloAck.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.proto != null && $Object.hasOwnProperty.call(message, "proto") && message.proto !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.proto);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a HelloAck message from the specified reader or buffer.
         * @function decode
         * @memberof peer.HelloAck
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.HelloAck & peer.HelloAck.$Shape} HelloAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        HelloAck.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.HelloAck();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.proto = value;
                        else
                            delete message.proto;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return HelloAck;
    })();

    peer.HelloReject = (function() {

        /**
         * Properties of a HelloReject.
         * @typedef {Object} peer.HelloReject.$Properties
         * @property {string|null} [reason] HelloReject reason
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a HelloReject.
         * @memberof peer
         * @interface IHelloReject
         * @augments peer.HelloReject.$Properties
         * @deprecated Use peer.HelloReject.$Properties instead.
         */

        /**
         * Shape of a HelloReject.
         * @typedef {peer.HelloReject.$Properties} peer.HelloReject.$Shape
         */

        /**
         * Constructs a new HelloReject.
         * @memberof peer
         * @classdesc Represents a HelloReject.
         * @constructor
         * @param {peer.HelloReject.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const HelloReject = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * HelloReject reason.
         * @member {string} reason
         * @memberof peer.HelloReject
         * @instance
         */
        HelloReject.prototype.reason = "";

        /**
         * Creates a new HelloReject instance using the specified properties.
         * @function create
         * @memberof peer.HelloReject
         * @static
         * @param {peer.HelloReject.$Properties=} [properties] Properties to set
         * @returns {peer.HelloReject} HelloReject instance
         * @type {{
         *   (properties: peer.HelloReject.$Shape): peer.HelloReject & peer.HelloReject.$Shape;
         *   (properties?: peer.HelloReject.$Properties): peer.HelloReject;
         * }}
         */
        HelloReject.create = function(properties) {
            return new HelloReject(properties);
        };

        /**
         * Encodes the specified HelloReject message. Does not implicitly {@link peer.HelloReject.verify|verify} messages.
         * @function encode
         * @memberof peer.HelloReject
         * @static
         * @param {peer.HelloReject.$Properties} message HelloReject message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        HelloReject.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.reason);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a HelloReject message from the specified reader or buffer.
         * @function decode
         * @memberof peer.HelloReject
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.HelloReject & peer.HelloReject.$Shape} HelloReject
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        HelloReject.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.HelloReject();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.reason = value;
                        else
                            delete message.reason;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return HelloReject;
    })();

    peer.Ping = (function() {

        /**
         * Properties of a Ping.
         * @typedef {Object} peer.Ping.$Properties
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Ping.
         * @memberof peer
         * @interface IPing
         * @augments peer.Ping.$Properties
         * @deprecated Use peer.Ping.$Properties instead.
         */

        /**
         * Shape of a Ping.
         * @typedef {peer.Ping.$Properties} peer.Ping.$Shape
         */

        /**
         * Constructs a new Ping.
         * @memberof peer
         * @classdesc Represents a Ping.
         * @constructor
         * @param {peer.Ping.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Ping = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Creates a new Ping instance using the specified properties.
         * @function create
         * @memberof peer.Ping
         * @static
         * @param {peer.Ping.$Properties=} [properties] Properties to set
         * @returns {peer.Ping} Ping instance
         * @type {{
         *   (properties: peer.Ping.$Shape): peer.Ping & peer.Ping.$Shape;
         *   (properties?: peer.Ping.$Properties): peer.Ping;
         * }}
         */
        Ping.create = function(properties) {
            return new Ping(properties);
        };

        /**
         * Encodes the specified Ping message. Does not implicitly {@link peer.Ping.verify|verify} messages.
         * @function encode
         * @memberof peer.Ping
         * @static
         * @param {peer.Ping.$Properties} message Ping message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Ping.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Ping message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Ping
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Ping & peer.Ping.$Shape} Ping
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Ping.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Ping();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                reader.skipType(tag & 7, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Ping;
    })();

    peer.Position = (function() {

        /**
         * Properties of a Position.
         * @typedef {Object} peer.Position.$Properties
         * @property {Long|null} [index] Position index
         * @property {number|null} [epoch] Position epoch
         * @property {number|null} [counter] Position counter
         * @property {number|null} [chain] Position chain
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Position.
         * @memberof peer
         * @interface IPosition
         * @augments peer.Position.$Properties
         * @deprecated Use peer.Position.$Properties instead.
         */

        /**
         * Shape of a Position.
         * @typedef {peer.Position.$Properties} peer.Position.$Shape
         */

        /**
         * Constructs a new Position.
         * @memberof peer
         * @classdesc Represents a Position.
         * @constructor
         * @param {peer.Position.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Position = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Position index.
         * @member {Long} index
         * @memberof peer.Position
         * @instance
         */
        Position.prototype.index = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Position epoch.
         * @member {number} epoch
         * @memberof peer.Position
         * @instance
         */
        Position.prototype.epoch = 0;

        /**
         * Position counter.
         * @member {number} counter
         * @memberof peer.Position
         * @instance
         */
        Position.prototype.counter = 0;

        /**
         * Position chain.
         * @member {number} chain
         * @memberof peer.Position
         * @instance
         */
        Position.prototype.chain = 0;

        /**
         * Creates a new Position instance using the specified properties.
         * @function create
         * @memberof peer.Position
         * @static
         * @param {peer.Position.$Properties=} [properties] Properties to set
         * @returns {peer.Position} Position instance
         * @type {{
         *   (properties: peer.Position.$Shape): peer.Position & peer.Position.$Shape;
         *   (properties?: peer.Position.$Properties): peer.Position;
         * }}
         */
        Position.create = function(properties) {
            return new Position(properties);
        };

        /**
         * Encodes the specified Position message. Does not implicitly {@link peer.Position.verify|verify} messages.
         * @function encode
         * @memberof peer.Position
         * @static
         * @param {peer.Position.$Properties} message Position message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Position.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.index != null && $Object.hasOwnProperty.call(message, "index") && (typeof message.index === "object" ? message.index.low || message.index.high : message.index !== 0))
                writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.index);
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.epoch);
            if (message.counter != null && $Object.hasOwnProperty.call(message, "counter") && message.counter !== 0)
                writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.counter);
            if (message.chain != null && $Object.hasOwnProperty.call(message, "chain") && message.chain !== 0)
                writer.uint32(/* id 4, wireType 5 =*/37).fixed32(message.chain);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Position message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Position
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Position & peer.Position.$Shape} Position
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Position.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Position();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.index = value;
                        else
                            delete message.index;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.counter = value;
                        else
                            delete message.counter;
                        continue;
                    }
                case 4: {
                        if (wireType !== 5)
                            break;
                        if (value = reader.fixed32())
                            message.chain = value;
                        else
                            delete message.chain;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Position;
    })();

    peer.EpochRow = (function() {

        /**
         * Properties of an EpochRow.
         * @typedef {Object} peer.EpochRow.$Properties
         * @property {number|null} [epoch] EpochRow epoch
         * @property {number|null} [leader] EpochRow leader
         * @property {Long|null} [startIndex] EpochRow startIndex
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an EpochRow.
         * @memberof peer
         * @interface IEpochRow
         * @augments peer.EpochRow.$Properties
         * @deprecated Use peer.EpochRow.$Properties instead.
         */

        /**
         * Shape of an EpochRow.
         * @typedef {peer.EpochRow.$Properties} peer.EpochRow.$Shape
         */

        /**
         * Constructs a new EpochRow.
         * @memberof peer
         * @classdesc Represents an EpochRow.
         * @constructor
         * @param {peer.EpochRow.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const EpochRow = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * EpochRow epoch.
         * @member {number} epoch
         * @memberof peer.EpochRow
         * @instance
         */
        EpochRow.prototype.epoch = 0;

        /**
         * EpochRow leader.
         * @member {number} leader
         * @memberof peer.EpochRow
         * @instance
         */
        EpochRow.prototype.leader = 0;

        /**
         * EpochRow startIndex.
         * @member {Long} startIndex
         * @memberof peer.EpochRow
         * @instance
         */
        EpochRow.prototype.startIndex = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Creates a new EpochRow instance using the specified properties.
         * @function create
         * @memberof peer.EpochRow
         * @static
         * @param {peer.EpochRow.$Properties=} [properties] Properties to set
         * @returns {peer.EpochRow} EpochRow instance
         * @type {{
         *   (properties: peer.EpochRow.$Shape): peer.EpochRow & peer.EpochRow.$Shape;
         *   (properties?: peer.EpochRow.$Properties): peer.EpochRow;
         * }}
         */
        EpochRow.create = function(properties) {
            return new EpochRow(properties);
        };

        /**
         * Encodes the specified EpochRow message. Does not implicitly {@link peer.EpochRow.verify|verify} messages.
         * @function encode
         * @memberof peer.EpochRow
         * @static
         * @param {peer.EpochRow.$Properties} message EpochRow message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        EpochRow.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
            if (message.leader != null && $Object.hasOwnProperty.call(message, "leader") && message.leader !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.leader);
            if (message.startIndex != null && $Object.hasOwnProperty.call(message, "startIndex") && (typeof message.startIndex === "object" ? message.startIndex.low || message.startIndex.high : message.startIndex !== 0))
                writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.startIndex);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an EpochRow message from the specified reader or buffer.
         * @function decode
         * @memberof peer.EpochRow
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.EpochRow & peer.EpochRow.$Shape} EpochRow
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        EpochRow.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.EpochRow();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.leader = value;
                        else
                            delete message.leader;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.startIndex = value;
                        else
                            delete message.startIndex;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return EpochRow;
    })();

    peer.Entry = (function() {

        /**
         * Properties of an Entry.
         * @typedef {Object} peer.Entry.$Properties
         * @property {number|null} [kind] Entry kind
         * @property {number|null} [chain] Entry chain
         * @property {Uint8Array|null} [payload] Entry payload
         * @property {number|null} [epoch] Entry epoch
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an Entry.
         * @memberof peer
         * @interface IEntry
         * @augments peer.Entry.$Properties
         * @deprecated Use peer.Entry.$Properties instead.
         */

        /**
         * Shape of an Entry.
         * @typedef {peer.Entry.$Properties} peer.Entry.$Shape
         */

        /**
         * Constructs a new Entry.
         * @memberof peer
         * @classdesc Represents an Entry.
         * @constructor
         * @param {peer.Entry.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Entry = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Entry kind.
         * @member {number} kind
         * @memberof peer.Entry
         * @instance
         */
        Entry.prototype.kind = 0;

        /**
         * Entry chain.
         * @member {number} chain
         * @memberof peer.Entry
         * @instance
         */
        Entry.prototype.chain = 0;

        /**
         * Entry payload.
         * @member {Uint8Array} payload
         * @memberof peer.Entry
         * @instance
         */
        Entry.prototype.payload = $util.newBuffer([]);

        /**
         * Entry epoch.
         * @member {number} epoch
         * @memberof peer.Entry
         * @instance
         */
        Entry.prototype.epoch = 0;

        /**
         * Creates a new Entry instance using the specified properties.
         * @function create
         * @memberof peer.Entry
         * @static
         * @param {peer.Entry.$Properties=} [properties] Properties to set
         * @returns {peer.Entry} Entry instance
         * @type {{
         *   (properties: peer.Entry.$Shape): peer.Entry & peer.Entry.$Shape;
         *   (properties?: peer.Entry.$Properties): peer.Entry;
         * }}
         */
        Entry.create = function(properties) {
            return new Entry(properties);
        };

        /**
         * Encodes the specified Entry message. Does not implicitly {@link peer.Entry.verify|verify} messages.
         * @function encode
         * @memberof peer.Entry
         * @static
         * @param {peer.Entry.$Properties} message Entry message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Entry.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.kind);
            if (message.chain != null && $Object.hasOwnProperty.call(message, "chain") && message.chain !== 0)
                writer.uint32(/* id 2, wireType 5 =*/21).fixed32(message.chain);
            if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload.length)
                writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.payload);
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.epoch);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an Entry message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Entry
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Entry & peer.Entry.$Shape} Entry
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Entry.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Entry();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.kind = value;
                        else
                            delete message.kind;
                        continue;
                    }
                case 2: {
                        if (wireType !== 5)
                            break;
                        if (value = reader.fixed32())
                            message.chain = value;
                        else
                            delete message.chain;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.payload = value;
                        else
                            delete message.payload;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Entry;
    })();

    peer.Append = (function() {

        /**
         * Properties of an Append.
         * @typedef {Object} peer.Append.$Properties
         * @property {number|null} [epoch] Append epoch
         * @property {peer.Position.$Properties|null} [prev] Append prev
         * @property {Long|null} [commit] Append commit
         * @property {Long|null} [sentAt] Append sentAt
         * @property {Array.<peer.Entry.$Properties>|null} [entries] Append entries
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an Append.
         * @memberof peer
         * @interface IAppend
         * @augments peer.Append.$Properties
         * @deprecated Use peer.Append.$Properties instead.
         */

        /**
         * Shape of an Append.
         * @typedef {peer.Append.$Properties} peer.Append.$Shape
         */

        /**
         * Constructs a new Append.
         * @memberof peer
         * @classdesc Represents an Append.
         * @constructor
         * @param {peer.Append.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Append = function (properties) {
            this.entries = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Append epoch.
         * @member {number} epoch
         * @memberof peer.Append
         * @instance
         */
        Append.prototype.epoch = 0;

        /**
         * Append prev.
         * @member {peer.Position.$Properties|null|undefined} prev
         * @memberof peer.Append
         * @instance
         */
        Append.prototype.prev = null;

        /**
         * Append commit.
         * @member {Long} commit
         * @memberof peer.Append
         * @instance
         */
        Append.prototype.commit = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Append sentAt.
         * @member {Long} sentAt
         * @memberof peer.Append
         * @instance
         */
        Append.prototype.sentAt = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Append entries.
         * @member {Array.<peer.Entry.$Properties>} entries
         * @memberof peer.Append
         * @instance
         */
        Append.prototype.entries = $util.emptyArray;

        /**
         * Creates a new Append instance using the specified properties.
         * @function create
         * @memberof peer.Append
         * @static
         * @param {peer.Append.$Properties=} [properties] Properties to set
         * @returns {peer.Append} Append instance
         * @type {{
         *   (properties: peer.Append.$Shape): peer.Append & peer.Append.$Shape;
         *   (properties?: peer.Append.$Properties): peer.Append;
         * }}
         */
        Append.create = function(properties) {
            return new Append(properties);
        };

        /**
         * Encodes the specified Append message. Does not implicitly {@link peer.Append.verify|verify} messages.
         * @function encode
         * @memberof peer.Append
         * @static
         * @param {peer.Append.$Properties} message Append message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Append.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
            if (message.prev != null && $Object.hasOwnProperty.call(message, "prev"))
                $root.peer.Position.encode(message.prev, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
            if (message.commit != null && $Object.hasOwnProperty.call(message, "commit") && (typeof message.commit === "object" ? message.commit.low || message.commit.high : message.commit !== 0))
                writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.commit);
            if (message.sentAt != null && $Object.hasOwnProperty.call(message, "sentAt") && (typeof message.sentAt === "object" ? message.sentAt.low || message.sentAt.high : message.sentAt !== 0))
                writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.sentAt);
            if (message.entries != null && message.entries.length)
                for (let i = 0; i < message.entries.length; ++i)
                    $root.peer.Entry.encode(message.entries[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an Append message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Append
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Append & peer.Append.$Shape} Append
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Append.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Append();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.prev = $root.peer.Position.decode(reader, reader.size(), $undefined, _depth + 1, message.prev);
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.commit = value;
                        else
                            delete message.commit;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.sentAt = value;
                        else
                            delete message.sentAt;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if (!(message.entries && message.entries.length))
                            message.entries = [];
                        message.entries.push($root.peer.Entry.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Append;
    })();

    peer.AppendAck = (function() {

        /**
         * Properties of an AppendAck.
         * @typedef {Object} peer.AppendAck.$Properties
         * @property {number|null} [epoch] AppendAck epoch
         * @property {Long|null} [durable] AppendAck durable
         * @property {Long|null} [applied] AppendAck applied
         * @property {Long|null} [sentAt] AppendAck sentAt
         * @property {Long|null} [readSeq] AppendAck readSeq
         * @property {peer.Reject.$Properties|null} [reject] AppendAck reject
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an AppendAck.
         * @memberof peer
         * @interface IAppendAck
         * @augments peer.AppendAck.$Properties
         * @deprecated Use peer.AppendAck.$Properties instead.
         */

        /**
         * Shape of an AppendAck.
         * @typedef {peer.AppendAck.$Properties} peer.AppendAck.$Shape
         */

        /**
         * Constructs a new AppendAck.
         * @memberof peer
         * @classdesc Represents an AppendAck.
         * @constructor
         * @param {peer.AppendAck.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const AppendAck = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * AppendAck epoch.
         * @member {number} epoch
         * @memberof peer.AppendAck
         * @instance
         */
        AppendAck.prototype.epoch = 0;

        /**
         * AppendAck durable.
         * @member {Long} durable
         * @memberof peer.AppendAck
         * @instance
         */
        AppendAck.prototype.durable = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * AppendAck applied.
         * @member {Long} applied
         * @memberof peer.AppendAck
         * @instance
         */
        AppendAck.prototype.applied = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * AppendAck sentAt.
         * @member {Long} sentAt
         * @memberof peer.AppendAck
         * @instance
         */
        AppendAck.prototype.sentAt = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * AppendAck readSeq.
         * @member {Long} readSeq
         * @memberof peer.AppendAck
         * @instance
         */
        AppendAck.prototype.readSeq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * AppendAck reject.
         * @member {peer.Reject.$Properties|null|undefined} reject
         * @memberof peer.AppendAck
         * @instance
         */
        AppendAck.prototype.reject = null;

        /**
         * Creates a new AppendAck instance using the specified properties.
         * @function create
         * @memberof peer.AppendAck
         * @static
         * @param {peer.AppendAck.$Properties=} [properties] Properties to set
         * @returns {peer.AppendAck} AppendAck instance
         * @type {{
         *   (properties: peer.AppendAck.$Shape): peer.AppendAck & peer.AppendAck.$Shape;
         *   (properties?: peer.AppendAck.$Properties): peer.AppendAck;
         * }}
         */
        AppendAck.create = function(properties) {
            return new AppendAck(properties);
        };

        /**
         * Encodes the specified AppendAck message. Does not implicitly {@link peer.AppendAck.verify|verify} messages.
         * @function encode
         * @memberof peer.AppendAck
         * @static
         * @param {peer.AppendAck.$Properties} message AppendAck message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        AppendAck.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
            if (message.durable != null && $Object.hasOwnProperty.call(message, "durable") && (typeof message.durable === "object" ? message.durable.low || message.durable.high : message.durable !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.durable);
            if (message.applied != null && $Object.hasOwnProperty.call(message, "applied") && (typeof message.applied === "object" ? message.applied.low || message.applied.high : message.applied !== 0))
                writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.applied);
            if (message.sentAt != null && $Object.hasOwnProperty.call(message, "sentAt") && (typeof message.sentAt === "object" ? message.sentAt.low || message.sentAt.high : message.sentAt !== 0))
                writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.sentAt);
            if (message.readSeq != null && $Object.hasOwnProperty.call(message, "readSeq") && (typeof message.readSeq === "object" ? message.readSeq.low || message.readSeq.high : message.readSeq !== 0))
                writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.readSeq);
            if (message.reject != null && $Object.hasOwnProperty.call(message, "reject"))
                $root.peer.Reject.encode(message.reject, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an AppendAck message from the specified reader or buffer.
         * @function decode
         * @memberof peer.AppendAck
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.AppendAck & peer.AppendAck.$Shape} AppendAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        AppendAck.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.AppendAck();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.durable = value;
                        else
                            delete message.durable;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.applied = value;
                        else
                            delete message.applied;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.sentAt = value;
                        else
                            delete message.sentAt;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.readSeq = value;
                        else
                            delete message.readSeq;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message.reject = $root.peer.Reject.decode(reader, reader.size(), $undefined, _depth + 1, message.reject);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return AppendAck;
    })();

    peer.Reject = (function() {

        /**
         * Properties of a Reject.
         * @typedef {Object} peer.Reject.$Properties
         * @property {peer.Position.$Properties|null} [last] Reject last
         * @property {Array.<peer.EpochRow.$Properties>|null} [epochs] Reject epochs
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Reject.
         * @memberof peer
         * @interface IReject
         * @augments peer.Reject.$Properties
         * @deprecated Use peer.Reject.$Properties instead.
         */

        /**
         * Shape of a Reject.
         * @typedef {peer.Reject.$Properties} peer.Reject.$Shape
         */

        /**
         * Constructs a new Reject.
         * @memberof peer
         * @classdesc Represents a Reject.
         * @constructor
         * @param {peer.Reject.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Reject = function (properties) {
            this.epochs = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Reject last.
         * @member {peer.Position.$Properties|null|undefined} last
         * @memberof peer.Reject
         * @instance
         */
        Reject.prototype.last = null;

        /**
         * Reject epochs.
         * @member {Array.<peer.EpochRow.$Properties>} epochs
         * @memberof peer.Reject
         * @instance
         */
        Reject.prototype.epochs = $util.emptyArray;

        /**
         * Creates a new Reject instance using the specified properties.
         * @function create
         * @memberof peer.Reject
         * @static
         * @param {peer.Reject.$Properties=} [properties] Properties to set
         * @returns {peer.Reject} Reject instance
         * @type {{
         *   (properties: peer.Reject.$Shape): peer.Reject & peer.Reject.$Shape;
         *   (properties?: peer.Reject.$Properties): peer.Reject;
         * }}
         */
        Reject.create = function(properties) {
            return new Reject(properties);
        };

        /**
         * Encodes the specified Reject message. Does not implicitly {@link peer.Reject.verify|verify} messages.
         * @function encode
         * @memberof peer.Reject
         * @static
         * @param {peer.Reject.$Properties} message Reject message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Reject.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.last != null && $Object.hasOwnProperty.call(message, "last"))
                $root.peer.Position.encode(message.last, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            if (message.epochs != null && message.epochs.length)
                for (let i = 0; i < message.epochs.length; ++i)
                    $root.peer.EpochRow.encode(message.epochs[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Reject message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Reject
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Reject & peer.Reject.$Shape} Reject
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Reject.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Reject();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.last = $root.peer.Position.decode(reader, reader.size(), $undefined, _depth + 1, message.last);
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.epochs && message.epochs.length))
                            message.epochs = [];
                        message.epochs.push($root.peer.EpochRow.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Reject;
    })();

    peer.Heartbeat = (function() {

        /**
         * Properties of a Heartbeat.
         * @typedef {Object} peer.Heartbeat.$Properties
         * @property {number|null} [epoch] Heartbeat epoch
         * @property {Long|null} [commit] Heartbeat commit
         * @property {boolean|null} [established] Heartbeat established
         * @property {Long|null} [sentAt] Heartbeat sentAt
         * @property {Long|null} [readSeq] Heartbeat readSeq
         * @property {Long|null} [digestIndex] Heartbeat digestIndex
         * @property {Long|null} [digest] Heartbeat digest
         * @property {Array.<peer.Level.$Properties>|null} [levels] Heartbeat levels
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Heartbeat.
         * @memberof peer
         * @interface IHeartbeat
         * @augments peer.Heartbeat.$Properties
         * @deprecated Use peer.Heartbeat.$Properties instead.
         */

        /**
         * Shape of a Heartbeat.
         * @typedef {peer.Heartbeat.$Properties} peer.Heartbeat.$Shape
         */

        /**
         * Constructs a new Heartbeat.
         * @memberof peer
         * @classdesc Represents a Heartbeat.
         * @constructor
         * @param {peer.Heartbeat.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Heartbeat = function (properties) {
            this.levels = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Heartbeat epoch.
         * @member {number} epoch
         * @memberof peer.Heartbeat
         * @instance
         */
        Heartbeat.prototype.epoch = 0;

        /**
         * Heartbeat commit.
         * @member {Long} commit
         * @memberof peer.Heartbeat
         * @instance
         */
        Heartbeat.prototype.commit = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Heartbeat established.
         * @member {boolean} established
         * @memberof peer.Heartbeat
         * @instance
         */
        Heartbeat.prototype.established = false;

        /**
         * Heartbeat sentAt.
         * @member {Long} sentAt
         * @memberof peer.Heartbeat
         * @instance
         */
        Heartbeat.prototype.sentAt = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Heartbeat readSeq.
         * @member {Long} readSeq
         * @memberof peer.Heartbeat
         * @instance
         */
        Heartbeat.prototype.readSeq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Heartbeat digestIndex.
         * @member {Long} digestIndex
         * @memberof peer.Heartbeat
         * @instance
         */
        Heartbeat.prototype.digestIndex = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Heartbeat digest.
         * @member {Long} digest
         * @memberof peer.Heartbeat
         * @instance
         */
        Heartbeat.prototype.digest = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Heartbeat levels.
         * @member {Array.<peer.Level.$Properties>} levels
         * @memberof peer.Heartbeat
         * @instance
         */
        Heartbeat.prototype.levels = $util.emptyArray;

        /**
         * Creates a new Heartbeat instance using the specified properties.
         * @function create
         * @memberof peer.Heartbeat
         * @static
         * @param {peer.Heartbeat.$Properties=} [properties] Properties to set
         * @returns {peer.Heartbeat} Heartbeat instance
         * @type {{
         *   (properties: peer.Heartbeat.$Shape): peer.Heartbeat & peer.Heartbeat.$Shape;
         *   (properties?: peer.Heartbeat.$Properties): peer.Heartbeat;
         * }}
         */
        Heartbeat.create = function(properties) {
            return new Heartbeat(properties);
        };

        /**
         * Encodes the specified Heartbeat message. Does not implicitly {@link peer.Heartbeat.verify|verify} messages.
         * @function encode
         * @memberof peer.Heartbeat
         * @static
         * @param {peer.Heartbeat.$Properties} message Heartbeat message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Heartbeat.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
            if (message.commit != null && $Object.hasOwnProperty.call(message, "commit") && (typeof message.commit === "object" ? message.commit.low || message.commit.high : message.commit !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.commit);
            if (message.established != null && $Object.hasOwnProperty.call(message, "established") && message.established !== false)
                writer.uint32(/* id 3, wireType 0 =*/24).bool(message.established);
            if (message.sentAt != null && $Object.hasOwnProperty.call(message, "sentAt") && (typeof message.sentAt === "object" ? message.sentAt.low || message.sentAt.high : message.sentAt !== 0))
                writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.sentAt);
            if (message.readSeq != null && $Object.hasOwnProperty.call(message, "readSeq") && (typeof message.readSeq === "object" ? message.readSeq.low || message.readSeq.high : message.readSeq !== 0))
                writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.readSeq);
            if (message.digestIndex != null && $Object.hasOwnProperty.call(message, "digestIndex") && (typeof message.digestIndex === "object" ? message.digestIndex.low || message.digestIndex.high : message.digestIndex !== 0))
                writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.digestIndex);
            if (message.digest != null && $Object.hasOwnProperty.call(message, "digest") && (typeof message.digest === "object" ? message.digest.low || message.digest.high : message.digest !== 0))
                writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.digest);
            if (message.levels != null && message.levels.length)
                for (let i = 0; i < message.levels.length; ++i)
                    $root.peer.Level.encode(message.levels[i], writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Heartbeat message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Heartbeat
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Heartbeat & peer.Heartbeat.$Shape} Heartbeat
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Heartbeat.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Heartbeat();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.commit = value;
                        else
                            delete message.commit;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.established = value;
                        else
                            delete message.established;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.sentAt = value;
                        else
                            delete message.sentAt;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.readSeq = value;
                        else
                            delete message.readSeq;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.digestIndex = value;
                        else
                            delete message.digestIndex;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.digest = value;
                        else
                            delete message.digest;
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        if (!(message.levels && message.levels.length))
                            message.levels = [];
                        message.levels.push($root.peer.Level.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Heartbeat;
    })();

    peer.Level = (function() {

        /**
         * Properties of a Level.
         * @typedef {Object} peer.Level.$Properties
         * @property {number|null} [sid] Level sid
         * @property {Long|null} [index] Level index
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Level.
         * @memberof peer
         * @interface ILevel
         * @augments peer.Level.$Properties
         * @deprecated Use peer.Level.$Properties instead.
         */

        /**
         * Shape of a Level.
         * @typedef {peer.Level.$Properties} peer.Level.$Shape
         */

        /**
         * Constructs a new Level.
         * @memberof peer
         * @classdesc Represents a Level.
         * @constructor
         * @param {peer.Level.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Level = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Level sid.
         * @member {number} sid
         * @memberof peer.Level
         * @instance
         */
        Level.prototype.sid = 0;

        /**
         * Level index.
         * @member {Long} index
         * @memberof peer.Level
         * @instance
         */
        Level.prototype.index = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Creates a new Level instance using the specified properties.
         * @function create
         * @memberof peer.Level
         * @static
         * @param {peer.Level.$Properties=} [properties] Properties to set
         * @returns {peer.Level} Level instance
         * @type {{
         *   (properties: peer.Level.$Shape): peer.Level & peer.Level.$Shape;
         *   (properties?: peer.Level.$Properties): peer.Level;
         * }}
         */
        Level.create = function(properties) {
            return new Level(properties);
        };

        /**
         * Encodes the specified Level message. Does not implicitly {@link peer.Level.verify|verify} messages.
         * @function encode
         * @memberof peer.Level
         * @static
         * @param {peer.Level.$Properties} message Level message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Level.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.sid != null && $Object.hasOwnProperty.call(message, "sid") && message.sid !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.sid);
            if (message.index != null && $Object.hasOwnProperty.call(message, "index") && (typeof message.index === "object" ? message.index.low || message.index.high : message.index !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.index);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Level message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Level
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Level & peer.Level.$Shape} Level
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Level.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Level();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.sid = value;
                        else
                            delete message.sid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.index = value;
                        else
                            delete message.index;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Level;
    })();

    peer.Hail = (function() {

        /**
         * Properties of a Hail.
         * @typedef {Object} peer.Hail.$Properties
         * @property {Long|null} [nonce] Hail nonce
         * @property {Long|null} [configHash] Hail configHash
         * @property {Array.<peer.Founder.$Properties>|null} [founders] Hail founders
         * @property {boolean|null} [belongs] Hail belongs
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Hail.
         * @memberof peer
         * @interface IHail
         * @augments peer.Hail.$Properties
         * @deprecated Use peer.Hail.$Properties instead.
         */

        /**
         * Shape of a Hail.
         * @typedef {peer.Hail.$Properties} peer.Hail.$Shape
         */

        /**
         * Constructs a new Hail.
         * @memberof peer
         * @classdesc Represents a Hail.
         * @constructor
         * @param {peer.Hail.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Hail = function (properties) {
            this.founders = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Hail nonce.
         * @member {Long} nonce
         * @memberof peer.Hail
         * @instance
         */
        Hail.prototype.nonce = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Hail configHash.
         * @member {Long} configHash
         * @memberof peer.Hail
         * @instance
         */
        Hail.prototype.configHash = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Hail founders.
         * @member {Array.<peer.Founder.$Properties>} founders
         * @memberof peer.Hail
         * @instance
         */
        Hail.prototype.founders = $util.emptyArray;

        /**
         * Hail belongs.
         * @member {boolean} belongs
         * @memberof peer.Hail
         * @instance
         */
        Hail.prototype.belongs = false;

        /**
         * Creates a new Hail instance using the specified properties.
         * @function create
         * @memberof peer.Hail
         * @static
         * @param {peer.Hail.$Properties=} [properties] Properties to set
         * @returns {peer.Hail} Hail instance
         * @type {{
         *   (properties: peer.Hail.$Shape): peer.Hail & peer.Hail.$Shape;
         *   (properties?: peer.Hail.$Properties): peer.Hail;
         * }}
         */
        Hail.create = function(properties) {
            return new Hail(properties);
        };

        /**
         * Encodes the specified Hail message. Does not implicitly {@link peer.Hail.verify|verify} messages.
         * @function encode
         * @memberof peer.Hail
         * @static
         * @param {peer.Hail.$Properties} message Hail message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Hail.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.nonce != null && $Object.hasOwnProperty.call(message, "nonce") && (typeof message.nonce === "object" ? message.nonce.low || message.nonce.high : message.nonce !== 0))
                writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.nonce);
            if (message.configHash != null && $Object.hasOwnProperty.call(message, "configHash") && (typeof message.configHash === "object" ? message.configHash.low || message.configHash.high : message.configHash !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.configHash);
            if (message.founders != null && message.founders.length)
                for (let i = 0; i < message.founders.length; ++i)
                    $root.peer.Founder.encode(message.founders[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
            if (message.belongs != null && $Object.hasOwnProperty.call(message, "belongs") && message.belongs !== false)
                writer.uint32(/* id 4, wireType 0 =*/32).bool(message.belongs);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Hail message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Hail
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Hail & peer.Hail.$Shape} Hail
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Hail.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Hail();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.nonce = value;
                        else
                            delete message.nonce;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.configHash = value;
                        else
                            delete message.configHash;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.founders && message.founders.length))
                            message.founders = [];
                        message.founders.push($root.peer.Founder.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.belongs = value;
                        else
                            delete message.belongs;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Hail;
    })();

    peer.Founder = (function() {

        /**
         * Properties of a Founder.
         * @typedef {Object} peer.Founder.$Properties
         * @property {number|null} [sid] Founder sid
         * @property {Long|null} [nonce] Founder nonce
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Founder.
         * @memberof peer
         * @interface IFounder
         * @augments peer.Founder.$Properties
         * @deprecated Use peer.Founder.$Properties instead.
         */

        /**
         * Shape of a Founder.
         * @typedef {peer.Founder.$Properties} peer.Founder.$Shape
         */

        /**
         * Constructs a new Founder.
         * @memberof peer
         * @classdesc Represents a Founder.
         * @constructor
         * @param {peer.Founder.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Founder = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Founder sid.
         * @member {number} sid
         * @memberof peer.Founder
         * @instance
         */
        Founder.prototype.sid = 0;

        /**
         * Founder nonce.
         * @member {Long} nonce
         * @memberof peer.Founder
         * @instance
         */
        Founder.prototype.nonce = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Creates a new Founder instance using the specified properties.
         * @function create
         * @memberof peer.Founder
         * @static
         * @param {peer.Founder.$Properties=} [properties] Properties to set
         * @returns {peer.Founder} Founder instance
         * @type {{
         *   (properties: peer.Founder.$Shape): peer.Founder & peer.Founder.$Shape;
         *   (properties?: peer.Founder.$Properties): peer.Founder;
         * }}
         */
        Founder.create = function(properties) {
            return new Founder(properties);
        };

        /**
         * Encodes the specified Founder message. Does not implicitly {@link peer.Founder.verify|verify} messages.
         * @function encode
         * @memberof peer.Founder
         * @static
         * @param {peer.Founder.$Properties} message Founder message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Founder.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.sid != null && $Object.hasOwnProperty.call(message, "sid") && message.sid !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.sid);
            if (message.nonce != null && $Object.hasOwnProperty.call(message, "nonce") && (typeof message.nonce === "object" ? message.nonce.low || message.nonce.high : message.nonce !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.nonce);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Founder message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Founder
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Founder & peer.Founder.$Shape} Founder
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Founder.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Founder();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.sid = value;
                        else
                            delete message.sid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.nonce = value;
                        else
                            delete message.nonce;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Founder;
    })();

    /**
     * State enum.
     * @name peer.State
     * @enum {number}
     * @property {number} LOOKING=0 LOOKING value
     * @property {number} FOLLOWING=1 FOLLOWING value
     * @property {number} LEADING=2 LEADING value
     * @property {number} OBSERVING=3 OBSERVING value
     */
    peer.State = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "LOOKING"] = 0;
        values[valuesById[1] = "FOLLOWING"] = 1;
        values[valuesById[2] = "LEADING"] = 2;
        values[valuesById[3] = "OBSERVING"] = 3;
        return values;
    })();

    peer.Vote = (function() {

        /**
         * Properties of a Vote.
         * @typedef {Object} peer.Vote.$Properties
         * @property {number|null} [epoch] Vote epoch
         * @property {number|null} [counter] Vote counter
         * @property {number|null} [priority] Vote priority
         * @property {number|null} [sid] Vote sid
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Vote.
         * @memberof peer
         * @interface IVote
         * @augments peer.Vote.$Properties
         * @deprecated Use peer.Vote.$Properties instead.
         */

        /**
         * Shape of a Vote.
         * @typedef {peer.Vote.$Properties} peer.Vote.$Shape
         */

        /**
         * Constructs a new Vote.
         * @memberof peer
         * @classdesc Represents a Vote.
         * @constructor
         * @param {peer.Vote.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Vote = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Vote epoch.
         * @member {number} epoch
         * @memberof peer.Vote
         * @instance
         */
        Vote.prototype.epoch = 0;

        /**
         * Vote counter.
         * @member {number} counter
         * @memberof peer.Vote
         * @instance
         */
        Vote.prototype.counter = 0;

        /**
         * Vote priority.
         * @member {number} priority
         * @memberof peer.Vote
         * @instance
         */
        Vote.prototype.priority = 0;

        /**
         * Vote sid.
         * @member {number} sid
         * @memberof peer.Vote
         * @instance
         */
        Vote.prototype.sid = 0;

        /**
         * Creates a new Vote instance using the specified properties.
         * @function create
         * @memberof peer.Vote
         * @static
         * @param {peer.Vote.$Properties=} [properties] Properties to set
         * @returns {peer.Vote} Vote instance
         * @type {{
         *   (properties: peer.Vote.$Shape): peer.Vote & peer.Vote.$Shape;
         *   (properties?: peer.Vote.$Properties): peer.Vote;
         * }}
         */
        Vote.create = function(properties) {
            return new Vote(properties);
        };

        /**
         * Encodes the specified Vote message. Does not implicitly {@link peer.Vote.verify|verify} messages.
         * @function encode
         * @memberof peer.Vote
         * @static
         * @param {peer.Vote.$Properties} message Vote message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Vote.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
            if (message.counter != null && $Object.hasOwnProperty.call(message, "counter") && message.counter !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.counter);
            if (message.priority != null && $Object.hasOwnProperty.call(message, "priority") && message.priority !== 0)
                writer.uint32(/* id 3, wireType 0 =*/24).sint32(message.priority);
            if (message.sid != null && $Object.hasOwnProperty.call(message, "sid") && message.sid !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.sid);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Vote message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Vote
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Vote & peer.Vote.$Shape} Vote
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Vote.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Vote();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.counter = value;
                        else
                            delete message.counter;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.sint32())
                            message.priority = value;
                        else
                            delete message.priority;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.sid = value;
                        else
                            delete message.sid;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Vote;
    })();

    peer.Notify = (function() {

        /**
         * Properties of a Notify.
         * @typedef {Object} peer.Notify.$Properties
         * @property {peer.State|null} [state] Notify state
         * @property {Long|null} [round] Notify round
         * @property {peer.Vote.$Properties|null} [vote] Notify vote
         * @property {number|null} [acceptedEpoch] Notify acceptedEpoch
         * @property {number|null} [leader] Notify leader
         * @property {boolean|null} [established] Notify established
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Notify.
         * @memberof peer
         * @interface INotify
         * @augments peer.Notify.$Properties
         * @deprecated Use peer.Notify.$Properties instead.
         */

        /**
         * Shape of a Notify.
         * @typedef {peer.Notify.$Properties} peer.Notify.$Shape
         */

        /**
         * Constructs a new Notify.
         * @memberof peer
         * @classdesc Represents a Notify.
         * @constructor
         * @param {peer.Notify.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Notify = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Notify state.
         * @member {peer.State} state
         * @memberof peer.Notify
         * @instance
         */
        Notify.prototype.state = 0;

        /**
         * Notify round.
         * @member {Long} round
         * @memberof peer.Notify
         * @instance
         */
        Notify.prototype.round = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Notify vote.
         * @member {peer.Vote.$Properties|null|undefined} vote
         * @memberof peer.Notify
         * @instance
         */
        Notify.prototype.vote = null;

        /**
         * Notify acceptedEpoch.
         * @member {number} acceptedEpoch
         * @memberof peer.Notify
         * @instance
         */
        Notify.prototype.acceptedEpoch = 0;

        /**
         * Notify leader.
         * @member {number} leader
         * @memberof peer.Notify
         * @instance
         */
        Notify.prototype.leader = 0;

        /**
         * Notify established.
         * @member {boolean} established
         * @memberof peer.Notify
         * @instance
         */
        Notify.prototype.established = false;

        /**
         * Creates a new Notify instance using the specified properties.
         * @function create
         * @memberof peer.Notify
         * @static
         * @param {peer.Notify.$Properties=} [properties] Properties to set
         * @returns {peer.Notify} Notify instance
         * @type {{
         *   (properties: peer.Notify.$Shape): peer.Notify & peer.Notify.$Shape;
         *   (properties?: peer.Notify.$Properties): peer.Notify;
         * }}
         */
        Notify.create = function(properties) {
            return new Notify(properties);
        };

        /**
         * Encodes the specified Notify message. Does not implicitly {@link peer.Notify.verify|verify} messages.
         * @function encode
         * @memberof peer.Notify
         * @static
         * @param {peer.Notify.$Properties} message Notify message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Notify.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).int32(message.state);
            if (message.round != null && $Object.hasOwnProperty.call(message, "round") && (typeof message.round === "object" ? message.round.low || message.round.high : message.round !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.round);
            if (message.vote != null && $Object.hasOwnProperty.call(message, "vote"))
                $root.peer.Vote.encode(message.vote, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
            if (message.acceptedEpoch != null && $Object.hasOwnProperty.call(message, "acceptedEpoch") && message.acceptedEpoch !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.acceptedEpoch);
            if (message.leader != null && $Object.hasOwnProperty.call(message, "leader") && message.leader !== 0)
                writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.leader);
            if (message.established != null && $Object.hasOwnProperty.call(message, "established") && message.established !== false)
                writer.uint32(/* id 6, wireType 0 =*/48).bool(message.established);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Notify message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Notify
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Notify & peer.Notify.$Shape} Notify
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Notify.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Notify();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.state = value;
                        else
                            delete message.state;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.round = value;
                        else
                            delete message.round;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.vote = $root.peer.Vote.decode(reader, reader.size(), $undefined, _depth + 1, message.vote);
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.acceptedEpoch = value;
                        else
                            delete message.acceptedEpoch;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.leader = value;
                        else
                            delete message.leader;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.established = value;
                        else
                            delete message.established;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Notify;
    })();

    peer.Join = (function() {

        /**
         * Properties of a Join.
         * @typedef {Object} peer.Join.$Properties
         * @property {number|null} [acceptedEpoch] Join acceptedEpoch
         * @property {number|null} [acceptedLeader] Join acceptedLeader
         * @property {peer.Position.$Properties|null} [last] Join last
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Join.
         * @memberof peer
         * @interface IJoin
         * @augments peer.Join.$Properties
         * @deprecated Use peer.Join.$Properties instead.
         */

        /**
         * Shape of a Join.
         * @typedef {peer.Join.$Properties} peer.Join.$Shape
         */

        /**
         * Constructs a new Join.
         * @memberof peer
         * @classdesc Represents a Join.
         * @constructor
         * @param {peer.Join.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Join = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Join acceptedEpoch.
         * @member {number} acceptedEpoch
         * @memberof peer.Join
         * @instance
         */
        Join.prototype.acceptedEpoch = 0;

        /**
         * Join acceptedLeader.
         * @member {number} acceptedLeader
         * @memberof peer.Join
         * @instance
         */
        Join.prototype.acceptedLeader = 0;

        /**
         * Join last.
         * @member {peer.Position.$Properties|null|undefined} last
         * @memberof peer.Join
         * @instance
         */
        Join.prototype.last = null;

        /**
         * Creates a new Join instance using the specified properties.
         * @function create
         * @memberof peer.Join
         * @static
         * @param {peer.Join.$Properties=} [properties] Properties to set
         * @returns {peer.Join} Join instance
         * @type {{
         *   (properties: peer.Join.$Shape): peer.Join & peer.Join.$Shape;
         *   (properties?: peer.Join.$Properties): peer.Join;
         * }}
         */
        Join.create = function(properties) {
            return new Join(properties);
        };

        /**
         * Encodes the specified Join message. Does not implicitly {@link peer.Join.verify|verify} messages.
         * @function encode
         * @memberof peer.Join
         * @static
         * @param {peer.Join.$Properties} message Join message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Join.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.acceptedEpoch != null && $Object.hasOwnProperty.call(message, "acceptedEpoch") && message.acceptedEpoch !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.acceptedEpoch);
            if (message.acceptedLeader != null && $Object.hasOwnProperty.call(message, "acceptedLeader") && message.acceptedLeader !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.acceptedLeader);
            if (message.last != null && $Object.hasOwnProperty.call(message, "last"))
                $root.peer.Position.encode(message.last, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Join message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Join
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Join & peer.Join.$Shape} Join
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Join.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Join();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.acceptedEpoch = value;
                        else
                            delete message.acceptedEpoch;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.acceptedLeader = value;
                        else
                            delete message.acceptedLeader;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.last = $root.peer.Position.decode(reader, reader.size(), $undefined, _depth + 1, message.last);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Join;
    })();

    peer.NewEpoch = (function() {

        /**
         * Properties of a NewEpoch.
         * @typedef {Object} peer.NewEpoch.$Properties
         * @property {number|null} [epoch] NewEpoch epoch
         * @property {Long|null} [leaderBoot] NewEpoch leaderBoot
         * @property {peer.Position.$Properties|null} [last] NewEpoch last
         * @property {boolean|null} [established] NewEpoch established
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a NewEpoch.
         * @memberof peer
         * @interface INewEpoch
         * @augments peer.NewEpoch.$Properties
         * @deprecated Use peer.NewEpoch.$Properties instead.
         */

        /**
         * Shape of a NewEpoch.
         * @typedef {peer.NewEpoch.$Properties} peer.NewEpoch.$Shape
         */

        /**
         * Constructs a new NewEpoch.
         * @memberof peer
         * @classdesc Represents a NewEpoch.
         * @constructor
         * @param {peer.NewEpoch.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const NewEpoch = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * NewEpoch epoch.
         * @member {number} epoch
         * @memberof peer.NewEpoch
         * @instance
         */
        NewEpoch.prototype.epoch = 0;

        /**
         * NewEpoch leaderBoot.
         * @member {Long} leaderBoot
         * @memberof peer.NewEpoch
         * @instance
         */
        NewEpoch.prototype.leaderBoot = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * NewEpoch last.
         * @member {peer.Position.$Properties|null|undefined} last
         * @memberof peer.NewEpoch
         * @instance
         */
        NewEpoch.prototype.last = null;

        /**
         * NewEpoch established.
         * @member {boolean} established
         * @memberof peer.NewEpoch
         * @instance
         */
        NewEpoch.prototype.established = false;

        /**
         * Creates a new NewEpoch instance using the specified properties.
         * @function create
         * @memberof peer.NewEpoch
         * @static
         * @param {peer.NewEpoch.$Properties=} [properties] Properties to set
         * @returns {peer.NewEpoch} NewEpoch instance
         * @type {{
         *   (properties: peer.NewEpoch.$Shape): peer.NewEpoch & peer.NewEpoch.$Shape;
         *   (properties?: peer.NewEpoch.$Properties): peer.NewEpoch;
         * }}
         */
        NewEpoch.create = function(properties) {
            return new NewEpoch(properties);
        };

        /**
         * Encodes the specified NewEpoch message. Does not implicitly {@link peer.NewEpoch.verify|verify} messages.
         * @function encode
         * @memberof peer.NewEpoch
         * @static
         * @param {peer.NewEpoch.$Properties} message NewEpoch message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        NewEpoch.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
            if (message.leaderBoot != null && $Object.hasOwnProperty.call(message, "leaderBoot") && (typeof message.leaderBoot === "object" ? message.leaderBoot.low || message.leaderBoot.high : message.leaderBoot !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.leaderBoot);
            if (message.last != null && $Object.hasOwnProperty.call(message, "last"))
                $root.peer.Position.encode(message.last, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
            if (message.established != null && $Object.hasOwnProperty.call(message, "established") && message.established !== false)
                writer.uint32(/* id 4, wireType 0 =*/32).bool(message.established);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a NewEpoch message from the specified reader or buffer.
         * @function decode
         * @memberof peer.NewEpoch
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.NewEpoch & peer.NewEpoch.$Shape} NewEpoch
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        NewEpoch.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.NewEpoch();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.leaderBoot = value;
                        else
                            delete message.leaderBoot;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.last = $root.peer.Position.decode(reader, reader.size(), $undefined, _depth + 1, message.last);
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.established = value;
                        else
                            delete message.established;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return NewEpoch;
    })();

    peer.AckEpoch = (function() {

        /**
         * Properties of an AckEpoch.
         * @typedef {Object} peer.AckEpoch.$Properties
         * @property {number|null} [epoch] AckEpoch epoch
         * @property {Long|null} [leaderBoot] AckEpoch leaderBoot
         * @property {peer.Position.$Properties|null} [last] AckEpoch last
         * @property {Long|null} [commit] AckEpoch commit
         * @property {Array.<peer.EpochRow.$Properties>|null} [epochs] AckEpoch epochs
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an AckEpoch.
         * @memberof peer
         * @interface IAckEpoch
         * @augments peer.AckEpoch.$Properties
         * @deprecated Use peer.AckEpoch.$Properties instead.
         */

        /**
         * Shape of an AckEpoch.
         * @typedef {peer.AckEpoch.$Properties} peer.AckEpoch.$Shape
         */

        /**
         * Constructs a new AckEpoch.
         * @memberof peer
         * @classdesc Represents an AckEpoch.
         * @constructor
         * @param {peer.AckEpoch.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const AckEpoch = function (properties) {
            this.epochs = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * AckEpoch epoch.
         * @member {number} epoch
         * @memberof peer.AckEpoch
         * @instance
         */
        AckEpoch.prototype.epoch = 0;

        /**
         * AckEpoch leaderBoot.
         * @member {Long} leaderBoot
         * @memberof peer.AckEpoch
         * @instance
         */
        AckEpoch.prototype.leaderBoot = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * AckEpoch last.
         * @member {peer.Position.$Properties|null|undefined} last
         * @memberof peer.AckEpoch
         * @instance
         */
        AckEpoch.prototype.last = null;

        /**
         * AckEpoch commit.
         * @member {Long} commit
         * @memberof peer.AckEpoch
         * @instance
         */
        AckEpoch.prototype.commit = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * AckEpoch epochs.
         * @member {Array.<peer.EpochRow.$Properties>} epochs
         * @memberof peer.AckEpoch
         * @instance
         */
        AckEpoch.prototype.epochs = $util.emptyArray;

        /**
         * Creates a new AckEpoch instance using the specified properties.
         * @function create
         * @memberof peer.AckEpoch
         * @static
         * @param {peer.AckEpoch.$Properties=} [properties] Properties to set
         * @returns {peer.AckEpoch} AckEpoch instance
         * @type {{
         *   (properties: peer.AckEpoch.$Shape): peer.AckEpoch & peer.AckEpoch.$Shape;
         *   (properties?: peer.AckEpoch.$Properties): peer.AckEpoch;
         * }}
         */
        AckEpoch.create = function(properties) {
            return new AckEpoch(properties);
        };

        /**
         * Encodes the specified AckEpoch message. Does not implicitly {@link peer.AckEpoch.verify|verify} messages.
         * @function encode
         * @memberof peer.AckEpoch
         * @static
         * @param {peer.AckEpoch.$Properties} message AckEpoch message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        AckEpoch.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
            if (message.leaderBoot != null && $Object.hasOwnProperty.call(message, "leaderBoot") && (typeof message.leaderBoot === "object" ? message.leaderBoot.low || message.leaderBoot.high : message.leaderBoot !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.leaderBoot);
            if (message.last != null && $Object.hasOwnProperty.call(message, "last"))
                $root.peer.Position.encode(message.last, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
            if (message.commit != null && $Object.hasOwnProperty.call(message, "commit") && (typeof message.commit === "object" ? message.commit.low || message.commit.high : message.commit !== 0))
                writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.commit);
            if (message.epochs != null && message.epochs.length)
                for (let i = 0; i < message.epochs.length; ++i)
                    $root.peer.EpochRow.encode(message.epochs[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an AckEpoch message from the specified reader or buffer.
         * @function decode
         * @memberof peer.AckEpoch
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.AckEpoch & peer.AckEpoch.$Shape} AckEpoch
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        AckEpoch.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.AckEpoch();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.leaderBoot = value;
                        else
                            delete message.leaderBoot;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.last = $root.peer.Position.decode(reader, reader.size(), $undefined, _depth + 1, message.last);
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.commit = value;
                        else
                            delete message.commit;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if (!(message.epochs && message.epochs.length))
                            message.epochs = [];
                        message.epochs.push($root.peer.EpochRow.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return AckEpoch;
    })();

    peer.ReadIndex = (function() {

        /**
         * Properties of a ReadIndex.
         * @typedef {Object} peer.ReadIndex.$Properties
         * @property {Long|null} [id] ReadIndex id
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a ReadIndex.
         * @memberof peer
         * @interface IReadIndex
         * @augments peer.ReadIndex.$Properties
         * @deprecated Use peer.ReadIndex.$Properties instead.
         */

        /**
         * Shape of a ReadIndex.
         * @typedef {peer.ReadIndex.$Properties} peer.ReadIndex.$Shape
         */

        /**
         * Constructs a new ReadIndex.
         * @memberof peer
         * @classdesc Represents a ReadIndex.
         * @constructor
         * @param {peer.ReadIndex.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const ReadIndex = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * ReadIndex id.
         * @member {Long} id
         * @memberof peer.ReadIndex
         * @instance
         */
        ReadIndex.prototype.id = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Creates a new ReadIndex instance using the specified properties.
         * @function create
         * @memberof peer.ReadIndex
         * @static
         * @param {peer.ReadIndex.$Properties=} [properties] Properties to set
         * @returns {peer.ReadIndex} ReadIndex instance
         * @type {{
         *   (properties: peer.ReadIndex.$Shape): peer.ReadIndex & peer.ReadIndex.$Shape;
         *   (properties?: peer.ReadIndex.$Properties): peer.ReadIndex;
         * }}
         */
        ReadIndex.create = function(properties) {
            return new ReadIndex(properties);
        };

        /**
         * Encodes the specified ReadIndex message. Does not implicitly {@link peer.ReadIndex.verify|verify} messages.
         * @function encode
         * @memberof peer.ReadIndex
         * @static
         * @param {peer.ReadIndex.$Properties} message ReadIndex message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        ReadIndex.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && (typeof message.id === "object" ? message.id.low || message.id.high : message.id !== 0))
                writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.id);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a ReadIndex message from the specified reader or buffer.
         * @function decode
         * @memberof peer.ReadIndex
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.ReadIndex & peer.ReadIndex.$Shape} ReadIndex
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        ReadIndex.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.ReadIndex();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ReadIndex;
    })();

    peer.ReadIndexAck = (function() {

        /**
         * Properties of a ReadIndexAck.
         * @typedef {Object} peer.ReadIndexAck.$Properties
         * @property {Long|null} [id] ReadIndexAck id
         * @property {Long|null} [index] ReadIndexAck index
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a ReadIndexAck.
         * @memberof peer
         * @interface IReadIndexAck
         * @augments peer.ReadIndexAck.$Properties
         * @deprecated Use peer.ReadIndexAck.$Properties instead.
         */

        /**
         * Shape of a ReadIndexAck.
         * @typedef {peer.ReadIndexAck.$Properties} peer.ReadIndexAck.$Shape
         */

        /**
         * Constructs a new ReadIndexAck.
         * @memberof peer
         * @classdesc Represents a ReadIndexAck.
         * @constructor
         * @param {peer.ReadIndexAck.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const ReadIndexAck = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * ReadIndexAck id.
         * @member {Long} id
         * @memberof peer.ReadIndexAck
         * @instance
         */
        ReadIndexAck.prototype.id = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * ReadIndexAck index.
         * @member {Long} index
         * @memberof peer.ReadIndexAck
         * @instance
         */
        ReadIndexAck.prototype.index = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Creates a new ReadIndexAck instance using the specified properties.
         * @function create
         * @memberof peer.ReadIndexAck
         * @static
         * @param {peer.ReadIndexAck.$Properties=} [properties] Properties to set
         * @returns {peer.ReadIndexAck} ReadIndexAck instance
         * @type {{
         *   (properties: peer.ReadIndexAck.$Shape): peer.ReadIndexAck & peer.ReadIndexAck.$Shape;
         *   (properties?: peer.ReadIndexAck.$Properties): peer.ReadIndexAck;
         * }}
         */
        ReadIndexAck.create = function(properties) {
            return new ReadIndexAck(properties);
        };

        /**
         * Encodes the specified ReadIndexAck message. Does not implicitly {@link peer.ReadIndexAck.verify|verify} messages.
         * @function encode
         * @memberof peer.ReadIndexAck
         * @static
         * @param {peer.ReadIndexAck.$Properties} message ReadIndexAck message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        ReadIndexAck.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && (typeof message.id === "object" ? message.id.low || message.id.high : message.id !== 0))
                writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.id);
            if (message.index != null && $Object.hasOwnProperty.call(message, "index") && (typeof message.index === "object" ? message.index.low || message.index.high : message.index !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.index);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a ReadIndexAck message from the specified reader or buffer.
         * @function decode
         * @memberof peer.ReadIndexAck
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.ReadIndexAck & peer.ReadIndexAck.$Shape} ReadIndexAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        ReadIndexAck.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.ReadIndexAck();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.index = value;
                        else
                            delete message.index;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ReadIndexAck;
    })();

    peer.TransferLead = (function() {

        /**
         * Properties of a TransferLead.
         * @typedef {Object} peer.TransferLead.$Properties
         * @property {number|null} [epoch] TransferLead epoch
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a TransferLead.
         * @memberof peer
         * @interface ITransferLead
         * @augments peer.TransferLead.$Properties
         * @deprecated Use peer.TransferLead.$Properties instead.
         */

        /**
         * Shape of a TransferLead.
         * @typedef {peer.TransferLead.$Properties} peer.TransferLead.$Shape
         */

        /**
         * Constructs a new TransferLead.
         * @memberof peer
         * @classdesc Represents a TransferLead.
         * @constructor
         * @param {peer.TransferLead.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const TransferLead = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * TransferLead epoch.
         * @member {number} epoch
         * @memberof peer.TransferLead
         * @instance
         */
        TransferLead.prototype.epoch = 0;

        /**
         * Creates a new TransferLead instance using the specified properties.
         * @function create
         * @memberof peer.TransferLead
         * @static
         * @param {peer.TransferLead.$Properties=} [properties] Properties to set
         * @returns {peer.TransferLead} TransferLead instance
         * @type {{
         *   (properties: peer.TransferLead.$Shape): peer.TransferLead & peer.TransferLead.$Shape;
         *   (properties?: peer.TransferLead.$Properties): peer.TransferLead;
         * }}
         */
        TransferLead.create = function(properties) {
            return new TransferLead(properties);
        };

        /**
         * Encodes the specified TransferLead message. Does not implicitly {@link peer.TransferLead.verify|verify} messages.
         * @function encode
         * @memberof peer.TransferLead
         * @static
         * @param {peer.TransferLead.$Properties} message TransferLead message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        TransferLead.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a TransferLead message from the specified reader or buffer.
         * @function decode
         * @memberof peer.TransferLead
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.TransferLead & peer.TransferLead.$Shape} TransferLead
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        TransferLead.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.TransferLead();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return TransferLead;
    })();

    peer.FollowMe = (function() {

        /**
         * Properties of a FollowMe.
         * @typedef {Object} peer.FollowMe.$Properties
         * @property {number|null} [epoch] FollowMe epoch
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a FollowMe.
         * @memberof peer
         * @interface IFollowMe
         * @augments peer.FollowMe.$Properties
         * @deprecated Use peer.FollowMe.$Properties instead.
         */

        /**
         * Shape of a FollowMe.
         * @typedef {peer.FollowMe.$Properties} peer.FollowMe.$Shape
         */

        /**
         * Constructs a new FollowMe.
         * @memberof peer
         * @classdesc Represents a FollowMe.
         * @constructor
         * @param {peer.FollowMe.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const FollowMe = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * FollowMe epoch.
         * @member {number} epoch
         * @memberof peer.FollowMe
         * @instance
         */
        FollowMe.prototype.epoch = 0;

        /**
         * Creates a new FollowMe instance using the specified properties.
         * @function create
         * @memberof peer.FollowMe
         * @static
         * @param {peer.FollowMe.$Properties=} [properties] Properties to set
         * @returns {peer.FollowMe} FollowMe instance
         * @type {{
         *   (properties: peer.FollowMe.$Shape): peer.FollowMe & peer.FollowMe.$Shape;
         *   (properties?: peer.FollowMe.$Properties): peer.FollowMe;
         * }}
         */
        FollowMe.create = function(properties) {
            return new FollowMe(properties);
        };

        /**
         * Encodes the specified FollowMe message. Does not implicitly {@link peer.FollowMe.verify|verify} messages.
         * @function encode
         * @memberof peer.FollowMe
         * @static
         * @param {peer.FollowMe.$Properties} message FollowMe message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        FollowMe.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a FollowMe message from the specified reader or buffer.
         * @function decode
         * @memberof peer.FollowMe
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.FollowMe & peer.FollowMe.$Shape} FollowMe
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        FollowMe.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.FollowMe();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return FollowMe;
    })();

    /**
     * RefuseReason enum.
     * @name peer.RefuseReason
     * @enum {number}
     * @property {number} EMPTIED=0 EMPTIED value
     * @property {number} ROLLED_BACK=1 ROLLED_BACK value
     */
    peer.RefuseReason = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "EMPTIED"] = 0;
        values[valuesById[1] = "ROLLED_BACK"] = 1;
        return values;
    })();

    peer.Refuse = (function() {

        /**
         * Properties of a Refuse.
         * @typedef {Object} peer.Refuse.$Properties
         * @property {peer.RefuseReason|null} [reason] Refuse reason
         * @property {number|null} [epoch] Refuse epoch
         * @property {Long|null} [index] Refuse index
         * @property {number|null} [leader] Refuse leader
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Refuse.
         * @memberof peer
         * @interface IRefuse
         * @augments peer.Refuse.$Properties
         * @deprecated Use peer.Refuse.$Properties instead.
         */

        /**
         * Shape of a Refuse.
         * @typedef {peer.Refuse.$Properties} peer.Refuse.$Shape
         */

        /**
         * Constructs a new Refuse.
         * @memberof peer
         * @classdesc Represents a Refuse.
         * @constructor
         * @param {peer.Refuse.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Refuse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Refuse reason.
         * @member {peer.RefuseReason} reason
         * @memberof peer.Refuse
         * @instance
         */
        Refuse.prototype.reason = 0;

        /**
         * Refuse epoch.
         * @member {number} epoch
         * @memberof peer.Refuse
         * @instance
         */
        Refuse.prototype.epoch = 0;

        /**
         * Refuse index.
         * @member {Long} index
         * @memberof peer.Refuse
         * @instance
         */
        Refuse.prototype.index = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Refuse leader.
         * @member {number} leader
         * @memberof peer.Refuse
         * @instance
         */
        Refuse.prototype.leader = 0;

        /**
         * Creates a new Refuse instance using the specified properties.
         * @function create
         * @memberof peer.Refuse
         * @static
         * @param {peer.Refuse.$Properties=} [properties] Properties to set
         * @returns {peer.Refuse} Refuse instance
         * @type {{
         *   (properties: peer.Refuse.$Shape): peer.Refuse & peer.Refuse.$Shape;
         *   (properties?: peer.Refuse.$Properties): peer.Refuse;
         * }}
         */
        Refuse.create = function(properties) {
            return new Refuse(properties);
        };

        /**
         * Encodes the specified Refuse message. Does not implicitly {@link peer.Refuse.verify|verify} messages.
         * @function encode
         * @memberof peer.Refuse
         * @static
         * @param {peer.Refuse.$Properties} message Refuse message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Refuse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).int32(message.reason);
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.epoch);
            if (message.index != null && $Object.hasOwnProperty.call(message, "index") && (typeof message.index === "object" ? message.index.low || message.index.high : message.index !== 0))
                writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.index);
            if (message.leader != null && $Object.hasOwnProperty.call(message, "leader") && message.leader !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.leader);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Refuse message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Refuse
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Refuse & peer.Refuse.$Shape} Refuse
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Refuse.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Refuse();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.reason = value;
                        else
                            delete message.reason;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.index = value;
                        else
                            delete message.index;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.leader = value;
                        else
                            delete message.leader;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Refuse;
    })();

    peer.Request = (function() {

        /**
         * Properties of a Request.
         * @typedef {Object} peer.Request.$Properties
         * @property {number|null} [sessionHigh] Request sessionHigh
         * @property {number|null} [sessionLow] Request sessionLow
         * @property {number|null} [xid] Request xid
         * @property {number|null} [opcode] Request opcode
         * @property {number|null} [identity] Request identity
         * @property {Uint8Array|null} [body] Request body
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Request.
         * @memberof peer
         * @interface IRequest
         * @augments peer.Request.$Properties
         * @deprecated Use peer.Request.$Properties instead.
         */

        /**
         * Shape of a Request.
         * @typedef {peer.Request.$Properties} peer.Request.$Shape
         */

        /**
         * Constructs a new Request.
         * @memberof peer
         * @classdesc Represents a Request.
         * @constructor
         * @param {peer.Request.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Request = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Request sessionHigh.
         * @member {number} sessionHigh
         * @memberof peer.Request
         * @instance
         */
        Request.prototype.sessionHigh = 0;

        /**
         * Request sessionLow.
         * @member {number} sessionLow
         * @memberof peer.Request
         * @instance
         */
        Request.prototype.sessionLow = 0;

        /**
         * Request xid.
         * @member {number} xid
         * @memberof peer.Request
         * @instance
         */
        Request.prototype.xid = 0;

        /**
         * Request opcode.
         * @member {number} opcode
         * @memberof peer.Request
         * @instance
         */
        Request.prototype.opcode = 0;

        /**
         * Request identity.
         * @member {number} identity
         * @memberof peer.Request
         * @instance
         */
        Request.prototype.identity = 0;

        /**
         * Request body.
         * @member {Uint8Array} body
         * @memberof peer.Request
         * @instance
         */
        Request.prototype.body = $util.newBuffer([]);

        /**
         * Creates a new Request instance using the specified properties.
         * @function create
         * @memberof peer.Request
         * @static
         * @param {peer.Request.$Properties=} [properties] Properties to set
         * @returns {peer.Request} Request instance
         * @type {{
         *   (properties: peer.Request.$Shape): peer.Request & peer.Request.$Shape;
         *   (properties?: peer.Request.$Properties): peer.Request;
         * }}
         */
        Request.create = function(properties) {
            return new Request(properties);
        };

        /**
         * Encodes the specified Request message. Does not implicitly {@link peer.Request.verify|verify} messages.
         * @function encode
         * @memberof peer.Request
         * @static
         * @param {peer.Request.$Properties} message Request message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Request.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.sessionHigh != null && $Object.hasOwnProperty.call(message, "sessionHigh") && message.sessionHigh !== 0)
                writer.uint32(/* id 1, wireType 5 =*/13).fixed32(message.sessionHigh);
            if (message.sessionLow != null && $Object.hasOwnProperty.call(message, "sessionLow") && message.sessionLow !== 0)
                writer.uint32(/* id 2, wireType 5 =*/21).fixed32(message.sessionLow);
            if (message.xid != null && $Object.hasOwnProperty.call(message, "xid") && message.xid !== 0)
                writer.uint32(/* id 3, wireType 0 =*/24).sint32(message.xid);
            if (message.opcode != null && $Object.hasOwnProperty.call(message, "opcode") && message.opcode !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).sint32(message.opcode);
            if (message.identity != null && $Object.hasOwnProperty.call(message, "identity") && message.identity !== 0)
                writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.identity);
            if (message.body != null && $Object.hasOwnProperty.call(message, "body") && message.body.length)
                writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.body);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Request message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Request
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Request & peer.Request.$Shape} Request
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Request.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Request();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 5)
                            break;
                        if (value = reader.fixed32())
                            message.sessionHigh = value;
                        else
                            delete message.sessionHigh;
                        continue;
                    }
                case 2: {
                        if (wireType !== 5)
                            break;
                        if (value = reader.fixed32())
                            message.sessionLow = value;
                        else
                            delete message.sessionLow;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.sint32())
                            message.xid = value;
                        else
                            delete message.xid;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.sint32())
                            message.opcode = value;
                        else
                            delete message.opcode;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.identity = value;
                        else
                            delete message.identity;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.body = value;
                        else
                            delete message.body;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Request;
    })();

    peer.Forward = (function() {

        /**
         * Properties of a Forward.
         * @typedef {Object} peer.Forward.$Properties
         * @property {Long|null} [first] Forward first
         * @property {Array.<peer.Request.$Properties>|null} [requests] Forward requests
         * @property {Array.<Uint8Array>|null} [identities] Forward identities
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Forward.
         * @memberof peer
         * @interface IForward
         * @augments peer.Forward.$Properties
         * @deprecated Use peer.Forward.$Properties instead.
         */

        /**
         * Shape of a Forward.
         * @typedef {peer.Forward.$Properties} peer.Forward.$Shape
         */

        /**
         * Constructs a new Forward.
         * @memberof peer
         * @classdesc Represents a Forward.
         * @constructor
         * @param {peer.Forward.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Forward = function (properties) {
            this.requests = [];
            this.identities = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Forward first.
         * @member {Long} first
         * @memberof peer.Forward
         * @instance
         */
        Forward.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Forward requests.
         * @member {Array.<peer.Request.$Properties>} requests
         * @memberof peer.Forward
         * @instance
         */
        Forward.prototype.requests = $util.emptyArray;

        /**
         * Forward identities.
         * @member {Array.<Uint8Array>} identities
         * @memberof peer.Forward
         * @instance
         */
        Forward.prototype.identities = $util.emptyArray;

        /**
         * Creates a new Forward instance using the specified properties.
         * @function create
         * @memberof peer.Forward
         * @static
         * @param {peer.Forward.$Properties=} [properties] Properties to set
         * @returns {peer.Forward} Forward instance
         * @type {{
         *   (properties: peer.Forward.$Shape): peer.Forward & peer.Forward.$Shape;
         *   (properties?: peer.Forward.$Properties): peer.Forward;
         * }}
         */
        Forward.create = function(properties) {
            return new Forward(properties);
        };

        /**
         * Encodes the specified Forward message. Does not implicitly {@link peer.Forward.verify|verify} messages.
         * @function encode
         * @memberof peer.Forward
         * @static
         * @param {peer.Forward.$Properties} message Forward message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Forward.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.first);
            if (message.requests != null && message.requests.length)
                for (let i = 0; i < message.requests.length; ++i)
                    $root.peer.Request.encode(message.requests[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
            if (message.identities != null && message.identities.length)
                for (let i = 0; i < message.identities.length; ++i)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.identities[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Forward message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Forward
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Forward & peer.Forward.$Shape} Forward
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Forward.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Forward();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.first = value;
                        else
                            delete message.first;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.requests && message.requests.length))
                            message.requests = [];
                        message.requests.push($root.peer.Request.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.identities && message.identities.length))
                            message.identities = [];
                        message.identities.push(reader.bytes());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Forward;
    })();

    peer.ForwardReply = (function() {

        /**
         * Properties of a ForwardReply.
         * @typedef {Object} peer.ForwardReply.$Properties
         * @property {Long|null} [first] ForwardReply first
         * @property {Array.<Long>|null} [indexes] ForwardReply indexes
         * @property {Array.<number>|null} [codes] ForwardReply codes
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a ForwardReply.
         * @memberof peer
         * @interface IForwardReply
         * @augments peer.ForwardReply.$Properties
         * @deprecated Use peer.ForwardReply.$Properties instead.
         */

        /**
         * Shape of a ForwardReply.
         * @typedef {peer.ForwardReply.$Properties} peer.ForwardReply.$Shape
         */

        /**
         * Constructs a new ForwardReply.
         * @memberof peer
         * @classdesc Represents a ForwardReply.
         * @constructor
         * @param {peer.ForwardReply.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const ForwardReply = function (properties) {
            this.indexes = [];
            this.codes = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * ForwardReply first.
         * @member {Long} first
         * @memberof peer.ForwardReply
         * @instance
         */
        ForwardReply.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * ForwardReply indexes.
         * @member {Array.<Long>} indexes
         * @memberof peer.ForwardReply
         * @instance
         */
        ForwardReply.prototype.indexes = $util.emptyArray;

        /**
         * ForwardReply codes.
         * @member {Array.<number>} codes
         * @memberof peer.ForwardReply
         * @instance
         */
        ForwardReply.prototype.codes = $util.emptyArray;

        /**
         * Creates a new ForwardReply instance using the specified properties.
         * @function create
         * @memberof peer.ForwardReply
         * @static
         * @param {peer.ForwardReply.$Properties=} [properties] Properties to set
         * @returns {peer.ForwardReply} ForwardReply instance
         * @type {{
         *   (properties: peer.ForwardReply.$Shape): peer.ForwardReply & peer.ForwardReply.$Shape;
         *   (properties?: peer.ForwardReply.$Properties): peer.ForwardReply;
         * }}
         */
        ForwardReply.create = function(properties) {
            return new ForwardReply(properties);
        };

        /**
         * Encodes the specified ForwardReply message. Does not implicitly {@link peer.ForwardReply.verify|verify} messages.
         * @function encode
         * @memberof peer.ForwardReply
         * @static
         * @param {peer.ForwardReply.$Properties} message ForwardReply message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        ForwardReply.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.first);
            if (message.indexes != null && message.indexes.length)
                writer.uint32(/* id 2, wireType 2 =*/18).uint64s(message.indexes);
            if (message.codes != null && message.codes.length)
                writer.uint32(/* id 3, wireType 2 =*/26).sint32s(message.codes);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a ForwardReply message from the specified reader or buffer.
         * @function decode
         * @memberof peer.ForwardReply
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.ForwardReply & peer.ForwardReply.$Shape} ForwardReply
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        ForwardReply.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.ForwardReply();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.first = value;
                        else
                            delete message.first;
                        continue;
                    }
                case 2: {
                        if (wireType === 2) {
                            if (!(message.indexes && message.indexes.length))
                                message.indexes = [];
                            reader.uint64s(message.indexes);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.indexes && message.indexes.length))
                            message.indexes = [];
                        message.indexes.push(reader.uint64());
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.codes && message.codes.length))
                                message.codes = [];
                            reader.sint32s(message.codes);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.codes && message.codes.length))
                            message.codes = [];
                        message.codes.push(reader.sint32());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ForwardReply;
    })();

    peer.Revalidate = (function() {

        /**
         * Properties of a Revalidate.
         * @typedef {Object} peer.Revalidate.$Properties
         * @property {Long|null} [id] Revalidate id
         * @property {number|null} [sessionHigh] Revalidate sessionHigh
         * @property {number|null} [sessionLow] Revalidate sessionLow
         * @property {number|null} [timeoutMs] Revalidate timeoutMs
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Revalidate.
         * @memberof peer
         * @interface IRevalidate
         * @augments peer.Revalidate.$Properties
         * @deprecated Use peer.Revalidate.$Properties instead.
         */

        /**
         * Shape of a Revalidate.
         * @typedef {peer.Revalidate.$Properties} peer.Revalidate.$Shape
         */

        /**
         * Constructs a new Revalidate.
         * @memberof peer
         * @classdesc Represents a Revalidate.
         * @constructor
         * @param {peer.Revalidate.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Revalidate = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Revalidate id.
         * @member {Long} id
         * @memberof peer.Revalidate
         * @instance
         */
        Revalidate.prototype.id = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Revalidate sessionHigh.
         * @member {number} sessionHigh
         * @memberof peer.Revalidate
         * @instance
         */
        Revalidate.prototype.sessionHigh = 0;

        /**
         * Revalidate sessionLow.
         * @member {number} sessionLow
         * @memberof peer.Revalidate
         * @instance
         */
        Revalidate.prototype.sessionLow = 0;

        /**
         * Revalidate timeoutMs.
         * @member {number} timeoutMs
         * @memberof peer.Revalidate
         * @instance
         */
        Revalidate.prototype.timeoutMs = 0;

        /**
         * Creates a new Revalidate instance using the specified properties.
         * @function create
         * @memberof peer.Revalidate
         * @static
         * @param {peer.Revalidate.$Properties=} [properties] Properties to set
         * @returns {peer.Revalidate} Revalidate instance
         * @type {{
         *   (properties: peer.Revalidate.$Shape): peer.Revalidate & peer.Revalidate.$Shape;
         *   (properties?: peer.Revalidate.$Properties): peer.Revalidate;
         * }}
         */
        Revalidate.create = function(properties) {
            return new Revalidate(properties);
        };

        /**
         * Encodes the specified Revalidate message. Does not implicitly {@link peer.Revalidate.verify|verify} messages.
         * @function encode
         * @memberof peer.Revalidate
         * @static
         * @param {peer.Revalidate.$Properties} message Revalidate message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Revalidate.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && (typeof message.id === "object" ? message.id.low || message.id.high : message.id !== 0))
                writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.id);
            if (message.sessionHigh != null && $Object.hasOwnProperty.call(message, "sessionHigh") && message.sessionHigh !== 0)
                writer.uint32(/* id 2, wireType 5 =*/21).fixed32(message.sessionHigh);
            if (message.sessionLow != null && $Object.hasOwnProperty.call(message, "sessionLow") && message.sessionLow !== 0)
                writer.uint32(/* id 3, wireType 5 =*/29).fixed32(message.sessionLow);
            if (message.timeoutMs != null && $Object.hasOwnProperty.call(message, "timeoutMs") && message.timeoutMs !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.timeoutMs);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Revalidate message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Revalidate
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Revalidate & peer.Revalidate.$Shape} Revalidate
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Revalidate.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Revalidate();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 2: {
                        if (wireType !== 5)
                            break;
                        if (value = reader.fixed32())
                            message.sessionHigh = value;
                        else
                            delete message.sessionHigh;
                        continue;
                    }
                case 3: {
                        if (wireType !== 5)
                            break;
                        if (value = reader.fixed32())
                            message.sessionLow = value;
                        else
                            delete message.sessionLow;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.timeoutMs = value;
                        else
                            delete message.timeoutMs;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Revalidate;
    })();

    peer.RevalidateReply = (function() {

        /**
         * Properties of a RevalidateReply.
         * @typedef {Object} peer.RevalidateReply.$Properties
         * @property {Long|null} [id] RevalidateReply id
         * @property {boolean|null} [valid] RevalidateReply valid
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a RevalidateReply.
         * @memberof peer
         * @interface IRevalidateReply
         * @augments peer.RevalidateReply.$Properties
         * @deprecated Use peer.RevalidateReply.$Properties instead.
         */

        /**
         * Shape of a RevalidateReply.
         * @typedef {peer.RevalidateReply.$Properties} peer.RevalidateReply.$Shape
         */

        /**
         * Constructs a new RevalidateReply.
         * @memberof peer
         * @classdesc Represents a RevalidateReply.
         * @constructor
         * @param {peer.RevalidateReply.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const RevalidateReply = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * RevalidateReply id.
         * @member {Long} id
         * @memberof peer.RevalidateReply
         * @instance
         */
        RevalidateReply.prototype.id = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * RevalidateReply valid.
         * @member {boolean} valid
         * @memberof peer.RevalidateReply
         * @instance
         */
        RevalidateReply.prototype.valid = false;

        /**
         * Creates a new RevalidateReply instance using the specified properties.
         * @function create
         * @memberof peer.RevalidateReply
         * @static
         * @param {peer.RevalidateReply.$Properties=} [properties] Properties to set
         * @returns {peer.RevalidateReply} RevalidateReply instance
         * @type {{
         *   (properties: peer.RevalidateReply.$Shape): peer.RevalidateReply & peer.RevalidateReply.$Shape;
         *   (properties?: peer.RevalidateReply.$Properties): peer.RevalidateReply;
         * }}
         */
        RevalidateReply.create = function(properties) {
            return new RevalidateReply(properties);
        };

        /**
         * Encodes the specified RevalidateReply message. Does not implicitly {@link peer.RevalidateReply.verify|verify} messages.
         * @function encode
         * @memberof peer.RevalidateReply
         * @static
         * @param {peer.RevalidateReply.$Properties} message RevalidateReply message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        RevalidateReply.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && (typeof message.id === "object" ? message.id.low || message.id.high : message.id !== 0))
                writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.id);
            if (message.valid != null && $Object.hasOwnProperty.call(message, "valid") && message.valid !== false)
                writer.uint32(/* id 2, wireType 0 =*/16).bool(message.valid);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a RevalidateReply message from the specified reader or buffer.
         * @function decode
         * @memberof peer.RevalidateReply
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.RevalidateReply & peer.RevalidateReply.$Shape} RevalidateReply
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        RevalidateReply.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.RevalidateReply();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.valid = value;
                        else
                            delete message.valid;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return RevalidateReply;
    })();

    peer.Touch = (function() {

        /**
         * Properties of a Touch.
         * @typedef {Object} peer.Touch.$Properties
         * @property {Uint8Array|null} [sessions] Touch sessions
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Touch.
         * @memberof peer
         * @interface ITouch
         * @augments peer.Touch.$Properties
         * @deprecated Use peer.Touch.$Properties instead.
         */

        /**
         * Shape of a Touch.
         * @typedef {peer.Touch.$Properties} peer.Touch.$Shape
         */

        /**
         * Constructs a new Touch.
         * @memberof peer
         * @classdesc Represents a Touch.
         * @constructor
         * @param {peer.Touch.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Touch = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Touch sessions.
         * @member {Uint8Array} sessions
         * @memberof peer.Touch
         * @instance
         */
        Touch.prototype.sessions = $util.newBuffer([]);

        /**
         * Creates a new Touch instance using the specified properties.
         * @function create
         * @memberof peer.Touch
         * @static
         * @param {peer.Touch.$Properties=} [properties] Properties to set
         * @returns {peer.Touch} Touch instance
         * @type {{
         *   (properties: peer.Touch.$Shape): peer.Touch & peer.Touch.$Shape;
         *   (properties?: peer.Touch.$Properties): peer.Touch;
         * }}
         */
        Touch.create = function(properties) {
            return new Touch(properties);
        };

        /**
         * Encodes the specified Touch message. Does not implicitly {@link peer.Touch.verify|verify} messages.
         * @function encode
         * @memberof peer.Touch
         * @static
         * @param {peer.Touch.$Properties} message Touch message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Touch.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.sessions != null && $Object.hasOwnProperty.call(message, "sessions") && message.sessions.length)
                writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.sessions);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Touch message from the specified reader or buffer.
         * @function decode
         * @memberof peer.Touch
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.Touch & peer.Touch.$Shape} Touch
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Touch.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.Touch();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.sessions = value;
                        else
                            delete message.sessions;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Touch;
    })();

    peer.SnapshotOffer = (function() {

        /**
         * Properties of a SnapshotOffer.
         * @typedef {Object} peer.SnapshotOffer.$Properties
         * @property {number|null} [epoch] SnapshotOffer epoch
         * @property {peer.Position.$Properties|null} [position] SnapshotOffer position
         * @property {Long|null} [bytes] SnapshotOffer bytes
         * @property {Array.<peer.EpochRow.$Properties>|null} [epochs] SnapshotOffer epochs
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a SnapshotOffer.
         * @memberof peer
         * @interface ISnapshotOffer
         * @augments peer.SnapshotOffer.$Properties
         * @deprecated Use peer.SnapshotOffer.$Properties instead.
         */

        /**
         * Shape of a SnapshotOffer.
         * @typedef {peer.SnapshotOffer.$Properties} peer.SnapshotOffer.$Shape
         */

        /**
         * Constructs a new SnapshotOffer.
         * @memberof peer
         * @classdesc Represents a SnapshotOffer.
         * @constructor
         * @param {peer.SnapshotOffer.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const SnapshotOffer = function (properties) {
            this.epochs = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * SnapshotOffer epoch.
         * @member {number} epoch
         * @memberof peer.SnapshotOffer
         * @instance
         */
        SnapshotOffer.prototype.epoch = 0;

        /**
         * SnapshotOffer position.
         * @member {peer.Position.$Properties|null|undefined} position
         * @memberof peer.SnapshotOffer
         * @instance
         */
        SnapshotOffer.prototype.position = null;

        /**
         * SnapshotOffer bytes.
         * @member {Long} bytes
         * @memberof peer.SnapshotOffer
         * @instance
         */
        SnapshotOffer.prototype.bytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * SnapshotOffer epochs.
         * @member {Array.<peer.EpochRow.$Properties>} epochs
         * @memberof peer.SnapshotOffer
         * @instance
         */
        SnapshotOffer.prototype.epochs = $util.emptyArray;

        /**
         * Creates a new SnapshotOffer instance using the specified properties.
         * @function create
         * @memberof peer.SnapshotOffer
         * @static
         * @param {peer.SnapshotOffer.$Properties=} [properties] Properties to set
         * @returns {peer.SnapshotOffer} SnapshotOffer instance
         * @type {{
         *   (properties: peer.SnapshotOffer.$Shape): peer.SnapshotOffer & peer.SnapshotOffer.$Shape;
         *   (properties?: peer.SnapshotOffer.$Properties): peer.SnapshotOffer;
         * }}
         */
        SnapshotOffer.create = function(properties) {
            return new SnapshotOffer(properties);
        };

        /**
         * Encodes the specified SnapshotOffer message. Does not implicitly {@link peer.SnapshotOffer.verify|verify} messages.
         * @function encode
         * @memberof peer.SnapshotOffer
         * @static
         * @param {peer.SnapshotOffer.$Properties} message SnapshotOffer message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        SnapshotOffer.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
            if (message.position != null && $Object.hasOwnProperty.call(message, "position"))
                $root.peer.Position.encode(message.position, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
            if (message.bytes != null && $Object.hasOwnProperty.call(message, "bytes") && (typeof message.bytes === "object" ? message.bytes.low || message.bytes.high : message.bytes !== 0))
                writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.bytes);
            if (message.epochs != null && message.epochs.length)
                for (let i = 0; i < message.epochs.length; ++i)
                    $root.peer.EpochRow.encode(message.epochs[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a SnapshotOffer message from the specified reader or buffer.
         * @function decode
         * @memberof peer.SnapshotOffer
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.SnapshotOffer & peer.SnapshotOffer.$Shape} SnapshotOffer
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        SnapshotOffer.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.SnapshotOffer();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.epoch = value;
                        else
                            delete message.epoch;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.position = $root.peer.Position.decode(reader, reader.size(), $undefined, _depth + 1, message.position);
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.bytes = value;
                        else
                            delete message.bytes;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if (!(message.epochs && message.epochs.length))
                            message.epochs = [];
                        message.epochs.push($root.peer.EpochRow.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return SnapshotOffer;
    })();

    peer.SnapshotRequest = (function() {

        /**
         * Properties of a SnapshotRequest.
         * @typedef {Object} peer.SnapshotRequest.$Properties
         * @property {peer.Position.$Properties|null} [position] SnapshotRequest position
         * @property {number|null} [table] SnapshotRequest table
         * @property {Uint8Array|null} [key] SnapshotRequest key
         * @property {Long|null} [rows] SnapshotRequest rows
         * @property {Long|null} [checksum] SnapshotRequest checksum
         * @property {number|null} [credits] SnapshotRequest credits
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a SnapshotRequest.
         * @memberof peer
         * @interface ISnapshotRequest
         * @augments peer.SnapshotRequest.$Properties
         * @deprecated Use peer.SnapshotRequest.$Properties instead.
         */

        /**
         * Shape of a SnapshotRequest.
         * @typedef {peer.SnapshotRequest.$Properties} peer.SnapshotRequest.$Shape
         */

        /**
         * Constructs a new SnapshotRequest.
         * @memberof peer
         * @classdesc Represents a SnapshotRequest.
         * @constructor
         * @param {peer.SnapshotRequest.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const SnapshotRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * SnapshotRequest position.
         * @member {peer.Position.$Properties|null|undefined} position
         * @memberof peer.SnapshotRequest
         * @instance
         */
        SnapshotRequest.prototype.position = null;

        /**
         * SnapshotRequest table.
         * @member {number} table
         * @memberof peer.SnapshotRequest
         * @instance
         */
        SnapshotRequest.prototype.table = 0;

        /**
         * SnapshotRequest key.
         * @member {Uint8Array} key
         * @memberof peer.SnapshotRequest
         * @instance
         */
        SnapshotRequest.prototype.key = $util.newBuffer([]);

        /**
         * SnapshotRequest rows.
         * @member {Long} rows
         * @memberof peer.SnapshotRequest
         * @instance
         */
        SnapshotRequest.prototype.rows = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * SnapshotRequest checksum.
         * @member {Long} checksum
         * @memberof peer.SnapshotRequest
         * @instance
         */
        SnapshotRequest.prototype.checksum = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * SnapshotRequest credits.
         * @member {number} credits
         * @memberof peer.SnapshotRequest
         * @instance
         */
        SnapshotRequest.prototype.credits = 0;

        /**
         * Creates a new SnapshotRequest instance using the specified properties.
         * @function create
         * @memberof peer.SnapshotRequest
         * @static
         * @param {peer.SnapshotRequest.$Properties=} [properties] Properties to set
         * @returns {peer.SnapshotRequest} SnapshotRequest instance
         * @type {{
         *   (properties: peer.SnapshotRequest.$Shape): peer.SnapshotRequest & peer.SnapshotRequest.$Shape;
         *   (properties?: peer.SnapshotRequest.$Properties): peer.SnapshotRequest;
         * }}
         */
        SnapshotRequest.create = function(properties) {
            return new SnapshotRequest(properties);
        };

        /**
         * Encodes the specified SnapshotRequest message. Does not implicitly {@link peer.SnapshotRequest.verify|verify} messages.
         * @function encode
         * @memberof peer.SnapshotRequest
         * @static
         * @param {peer.SnapshotRequest.$Properties} message SnapshotRequest message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        SnapshotRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.position != null && $Object.hasOwnProperty.call(message, "position"))
                $root.peer.Position.encode(message.position, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            if (message.table != null && $Object.hasOwnProperty.call(message, "table") && message.table !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.table);
            if (message.key != null && $Object.hasOwnProperty.call(message, "key") && message.key.length)
                writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.key);
            if (message.rows != null && $Object.hasOwnProperty.call(message, "rows") && (typeof message.rows === "object" ? message.rows.low || message.rows.high : message.rows !== 0))
                writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.rows);
            if (message.checksum != null && $Object.hasOwnProperty.call(message, "checksum") && (typeof message.checksum === "object" ? message.checksum.low || message.checksum.high : message.checksum !== 0))
                writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.checksum);
            if (message.credits != null && $Object.hasOwnProperty.call(message, "credits") && message.credits !== 0)
                writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.credits);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a SnapshotRequest message from the specified reader or buffer.
         * @function decode
         * @memberof peer.SnapshotRequest
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.SnapshotRequest & peer.SnapshotRequest.$Shape} SnapshotRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        SnapshotRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.SnapshotRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.position = $root.peer.Position.decode(reader, reader.size(), $undefined, _depth + 1, message.position);
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.table = value;
                        else
                            delete message.table;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.key = value;
                        else
                            delete message.key;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.rows = value;
                        else
                            delete message.rows;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.checksum = value;
                        else
                            delete message.checksum;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.credits = value;
                        else
                            delete message.credits;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return SnapshotRequest;
    })();

    peer.SnapshotChunk = (function() {

        /**
         * Properties of a SnapshotChunk.
         * @typedef {Object} peer.SnapshotChunk.$Properties
         * @property {peer.Position.$Properties|null} [position] SnapshotChunk position
         * @property {Uint8Array|null} [rows] SnapshotChunk rows
         * @property {Long|null} [count] SnapshotChunk count
         * @property {Long|null} [checksum] SnapshotChunk checksum
         * @property {boolean|null} [done] SnapshotChunk done
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a SnapshotChunk.
         * @memberof peer
         * @interface ISnapshotChunk
         * @augments peer.SnapshotChunk.$Properties
         * @deprecated Use peer.SnapshotChunk.$Properties instead.
         */

        /**
         * Shape of a SnapshotChunk.
         * @typedef {peer.SnapshotChunk.$Properties} peer.SnapshotChunk.$Shape
         */

        /**
         * Constructs a new SnapshotChunk.
         * @memberof peer
         * @classdesc Represents a SnapshotChunk.
         * @constructor
         * @param {peer.SnapshotChunk.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const SnapshotChunk = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * SnapshotChunk position.
         * @member {peer.Position.$Properties|null|undefined} position
         * @memberof peer.SnapshotChunk
         * @instance
         */
        SnapshotChunk.prototype.position = null;

        /**
         * SnapshotChunk rows.
         * @member {Uint8Array} rows
         * @memberof peer.SnapshotChunk
         * @instance
         */
        SnapshotChunk.prototype.rows = $util.newBuffer([]);

        /**
         * SnapshotChunk count.
         * @member {Long} count
         * @memberof peer.SnapshotChunk
         * @instance
         */
        SnapshotChunk.prototype.count = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * SnapshotChunk checksum.
         * @member {Long} checksum
         * @memberof peer.SnapshotChunk
         * @instance
         */
        SnapshotChunk.prototype.checksum = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * SnapshotChunk done.
         * @member {boolean} done
         * @memberof peer.SnapshotChunk
         * @instance
         */
        SnapshotChunk.prototype.done = false;

        /**
         * Creates a new SnapshotChunk instance using the specified properties.
         * @function create
         * @memberof peer.SnapshotChunk
         * @static
         * @param {peer.SnapshotChunk.$Properties=} [properties] Properties to set
         * @returns {peer.SnapshotChunk} SnapshotChunk instance
         * @type {{
         *   (properties: peer.SnapshotChunk.$Shape): peer.SnapshotChunk & peer.SnapshotChunk.$Shape;
         *   (properties?: peer.SnapshotChunk.$Properties): peer.SnapshotChunk;
         * }}
         */
        SnapshotChunk.create = function(properties) {
            return new SnapshotChunk(properties);
        };

        /**
         * Encodes the specified SnapshotChunk message. Does not implicitly {@link peer.SnapshotChunk.verify|verify} messages.
         * @function encode
         * @memberof peer.SnapshotChunk
         * @static
         * @param {peer.SnapshotChunk.$Properties} message SnapshotChunk message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        SnapshotChunk.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.position != null && $Object.hasOwnProperty.call(message, "position"))
                $root.peer.Position.encode(message.position, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            if (message.rows != null && $Object.hasOwnProperty.call(message, "rows") && message.rows.length)
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.rows);
            if (message.count != null && $Object.hasOwnProperty.call(message, "count") && (typeof message.count === "object" ? message.count.low || message.count.high : message.count !== 0))
                writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.count);
            if (message.checksum != null && $Object.hasOwnProperty.call(message, "checksum") && (typeof message.checksum === "object" ? message.checksum.low || message.checksum.high : message.checksum !== 0))
                writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.checksum);
            if (message.done != null && $Object.hasOwnProperty.call(message, "done") && message.done !== false)
                writer.uint32(/* id 5, wireType 0 =*/40).bool(message.done);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a SnapshotChunk message from the specified reader or buffer.
         * @function decode
         * @memberof peer.SnapshotChunk
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.SnapshotChunk & peer.SnapshotChunk.$Shape} SnapshotChunk
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        SnapshotChunk.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.SnapshotChunk();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.position = $root.peer.Position.decode(reader, reader.size(), $undefined, _depth + 1, message.position);
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.rows = value;
                        else
                            delete message.rows;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.count = value;
                        else
                            delete message.count;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.checksum = value;
                        else
                            delete message.checksum;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.done = value;
                        else
                            delete message.done;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return SnapshotChunk;
    })();

    peer.SnapshotCredit = (function() {

        /**
         * Properties of a SnapshotCredit.
         * @typedef {Object} peer.SnapshotCredit.$Properties
         * @property {peer.Position.$Properties|null} [position] SnapshotCredit position
         * @property {number|null} [credits] SnapshotCredit credits
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a SnapshotCredit.
         * @memberof peer
         * @interface ISnapshotCredit
         * @augments peer.SnapshotCredit.$Properties
         * @deprecated Use peer.SnapshotCredit.$Properties instead.
         */

        /**
         * Shape of a SnapshotCredit.
         * @typedef {peer.SnapshotCredit.$Properties} peer.SnapshotCredit.$Shape
         */

        /**
         * Constructs a new SnapshotCredit.
         * @memberof peer
         * @classdesc Represents a SnapshotCredit.
         * @constructor
         * @param {peer.SnapshotCredit.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const SnapshotCredit = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * SnapshotCredit position.
         * @member {peer.Position.$Properties|null|undefined} position
         * @memberof peer.SnapshotCredit
         * @instance
         */
        SnapshotCredit.prototype.position = null;

        /**
         * SnapshotCredit credits.
         * @member {number} credits
         * @memberof peer.SnapshotCredit
         * @instance
         */
        SnapshotCredit.prototype.credits = 0;

        /**
         * Creates a new SnapshotCredit instance using the specified properties.
         * @function create
         * @memberof peer.SnapshotCredit
         * @static
         * @param {peer.SnapshotCredit.$Properties=} [properties] Properties to set
         * @returns {peer.SnapshotCredit} SnapshotCredit instance
         * @type {{
         *   (properties: peer.SnapshotCredit.$Shape): peer.SnapshotCredit & peer.SnapshotCredit.$Shape;
         *   (properties?: peer.SnapshotCredit.$Properties): peer.SnapshotCredit;
         * }}
         */
        SnapshotCredit.create = function(properties) {
            return new SnapshotCredit(properties);
        };

        /**
         * Encodes the specified SnapshotCredit message. Does not implicitly {@link peer.SnapshotCredit.verify|verify} messages.
         * @function encode
         * @memberof peer.SnapshotCredit
         * @static
         * @param {peer.SnapshotCredit.$Properties} message SnapshotCredit message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        SnapshotCredit.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.position != null && $Object.hasOwnProperty.call(message, "position"))
                $root.peer.Position.encode(message.position, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            if (message.credits != null && $Object.hasOwnProperty.call(message, "credits") && message.credits !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.credits);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a SnapshotCredit message from the specified reader or buffer.
         * @function decode
         * @memberof peer.SnapshotCredit
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.SnapshotCredit & peer.SnapshotCredit.$Shape} SnapshotCredit
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        SnapshotCredit.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.SnapshotCredit();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.position = $root.peer.Position.decode(reader, reader.size(), $undefined, _depth + 1, message.position);
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.credits = value;
                        else
                            delete message.credits;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return SnapshotCredit;
    })();

    peer.SnapshotGone = (function() {

        /**
         * Properties of a SnapshotGone.
         * @typedef {Object} peer.SnapshotGone.$Properties
         * @property {peer.Position.$Properties|null} [position] SnapshotGone position
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a SnapshotGone.
         * @memberof peer
         * @interface ISnapshotGone
         * @augments peer.SnapshotGone.$Properties
         * @deprecated Use peer.SnapshotGone.$Properties instead.
         */

        /**
         * Shape of a SnapshotGone.
         * @typedef {peer.SnapshotGone.$Properties} peer.SnapshotGone.$Shape
         */

        /**
         * Constructs a new SnapshotGone.
         * @memberof peer
         * @classdesc Represents a SnapshotGone.
         * @constructor
         * @param {peer.SnapshotGone.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const SnapshotGone = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * SnapshotGone position.
         * @member {peer.Position.$Properties|null|undefined} position
         * @memberof peer.SnapshotGone
         * @instance
         */
        SnapshotGone.prototype.position = null;

        /**
         * Creates a new SnapshotGone instance using the specified properties.
         * @function create
         * @memberof peer.SnapshotGone
         * @static
         * @param {peer.SnapshotGone.$Properties=} [properties] Properties to set
         * @returns {peer.SnapshotGone} SnapshotGone instance
         * @type {{
         *   (properties: peer.SnapshotGone.$Shape): peer.SnapshotGone & peer.SnapshotGone.$Shape;
         *   (properties?: peer.SnapshotGone.$Properties): peer.SnapshotGone;
         * }}
         */
        SnapshotGone.create = function(properties) {
            return new SnapshotGone(properties);
        };

        /**
         * Encodes the specified SnapshotGone message. Does not implicitly {@link peer.SnapshotGone.verify|verify} messages.
         * @function encode
         * @memberof peer.SnapshotGone
         * @static
         * @param {peer.SnapshotGone.$Properties} message SnapshotGone message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        SnapshotGone.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.position != null && $Object.hasOwnProperty.call(message, "position"))
                $root.peer.Position.encode(message.position, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a SnapshotGone message from the specified reader or buffer.
         * @function decode
         * @memberof peer.SnapshotGone
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {peer.SnapshotGone & peer.SnapshotGone.$Shape} SnapshotGone
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        SnapshotGone.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.peer.SnapshotGone();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.position = $root.peer.Position.decode(reader, reader.size(), $undefined, _depth + 1, message.position);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return SnapshotGone;
    })();

    return peer;
})();

export {
  $root as default
};
