import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace peer. */
export namespace peer {

    /**
     * Properties of an Envelope.
     * @deprecated Use peer.Envelope.$Properties instead.
     */
    interface IEnvelope extends peer.Envelope.$Properties {
    }

    /** Represents an Envelope. */
    class Envelope {

        /**
         * Constructs a new Envelope.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Envelope.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Envelope append. */
        append?: (peer.Append.$Properties|null);

        /** Envelope appendAck. */
        appendAck?: (peer.AppendAck.$Properties|null);

        /** Envelope heartbeat. */
        heartbeat?: (peer.Heartbeat.$Properties|null);

        /** Envelope forward. */
        forward?: (peer.Forward.$Properties|null);

        /** Envelope forwardReply. */
        forwardReply?: (peer.ForwardReply.$Properties|null);

        /** Envelope touch. */
        touch?: (peer.Touch.$Properties|null);

        /** Envelope readIndex. */
        readIndex?: (peer.ReadIndex.$Properties|null);

        /** Envelope readIndexAck. */
        readIndexAck?: (peer.ReadIndexAck.$Properties|null);

        /** Envelope notify. */
        notify?: (peer.Notify.$Properties|null);

        /** Envelope revalidate. */
        revalidate?: (peer.Revalidate.$Properties|null);

        /** Envelope revalidateReply. */
        revalidateReply?: (peer.RevalidateReply.$Properties|null);

        /** Envelope snapshotChunk. */
        snapshotChunk?: (peer.SnapshotChunk.$Properties|null);

        /** Envelope snapshotCredit. */
        snapshotCredit?: (peer.SnapshotCredit.$Properties|null);

        /** Envelope ping. */
        ping?: (peer.Ping.$Properties|null);

        /** Envelope hail. */
        hail?: (peer.Hail.$Properties|null);

        /** Envelope join. */
        join?: (peer.Join.$Properties|null);

        /** Envelope newEpoch. */
        newEpoch?: (peer.NewEpoch.$Properties|null);

        /** Envelope ackEpoch. */
        ackEpoch?: (peer.AckEpoch.$Properties|null);

        /** Envelope transferLead. */
        transferLead?: (peer.TransferLead.$Properties|null);

        /** Envelope followMe. */
        followMe?: (peer.FollowMe.$Properties|null);

        /** Envelope refuse. */
        refuse?: (peer.Refuse.$Properties|null);

        /** Envelope snapshotOffer. */
        snapshotOffer?: (peer.SnapshotOffer.$Properties|null);

        /** Envelope snapshotRequest. */
        snapshotRequest?: (peer.SnapshotRequest.$Properties|null);

        /** Envelope snapshotGone. */
        snapshotGone?: (peer.SnapshotGone.$Properties|null);

        /** Envelope hello. */
        hello?: (peer.Hello.$Properties|null);

        /** Envelope helloAck. */
        helloAck?: (peer.HelloAck.$Properties|null);

        /** Envelope helloReject. */
        helloReject?: (peer.HelloReject.$Properties|null);

        /** Envelope body. */
        body?: ("append"|"appendAck"|"heartbeat"|"forward"|"forwardReply"|"touch"|"readIndex"|"readIndexAck"|"notify"|"revalidate"|"revalidateReply"|"snapshotChunk"|"snapshotCredit"|"ping"|"hail"|"join"|"newEpoch"|"ackEpoch"|"transferLead"|"followMe"|"refuse"|"snapshotOffer"|"snapshotRequest"|"snapshotGone"|"hello"|"helloAck"|"helloReject");

        /**
         * Creates a new Envelope instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Envelope instance
         */
        static create(properties: peer.Envelope.$Shape): peer.Envelope & peer.Envelope.$Shape;
        static create(properties?: peer.Envelope.$Properties): peer.Envelope;

        /**
         * Encodes the specified Envelope message. Does not implicitly {@link peer.Envelope.verify|verify} messages.
         * @param message Envelope message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Envelope.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an Envelope message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Envelope & peer.Envelope.$Shape} Envelope
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Envelope & peer.Envelope.$Shape;
    }

    namespace Envelope {

        /** Properties of an Envelope. */
        interface $Properties {

            /** Envelope append */
            append?: (peer.Append.$Properties|null);

            /** Envelope appendAck */
            appendAck?: (peer.AppendAck.$Properties|null);

            /** Envelope heartbeat */
            heartbeat?: (peer.Heartbeat.$Properties|null);

            /** Envelope forward */
            forward?: (peer.Forward.$Properties|null);

            /** Envelope forwardReply */
            forwardReply?: (peer.ForwardReply.$Properties|null);

            /** Envelope touch */
            touch?: (peer.Touch.$Properties|null);

            /** Envelope readIndex */
            readIndex?: (peer.ReadIndex.$Properties|null);

            /** Envelope readIndexAck */
            readIndexAck?: (peer.ReadIndexAck.$Properties|null);

            /** Envelope notify */
            notify?: (peer.Notify.$Properties|null);

            /** Envelope revalidate */
            revalidate?: (peer.Revalidate.$Properties|null);

            /** Envelope revalidateReply */
            revalidateReply?: (peer.RevalidateReply.$Properties|null);

            /** Envelope snapshotChunk */
            snapshotChunk?: (peer.SnapshotChunk.$Properties|null);

            /** Envelope snapshotCredit */
            snapshotCredit?: (peer.SnapshotCredit.$Properties|null);

            /** Envelope ping */
            ping?: (peer.Ping.$Properties|null);

            /** Envelope hail */
            hail?: (peer.Hail.$Properties|null);

            /** Envelope join */
            join?: (peer.Join.$Properties|null);

            /** Envelope newEpoch */
            newEpoch?: (peer.NewEpoch.$Properties|null);

            /** Envelope ackEpoch */
            ackEpoch?: (peer.AckEpoch.$Properties|null);

            /** Envelope transferLead */
            transferLead?: (peer.TransferLead.$Properties|null);

            /** Envelope followMe */
            followMe?: (peer.FollowMe.$Properties|null);

            /** Envelope refuse */
            refuse?: (peer.Refuse.$Properties|null);

            /** Envelope snapshotOffer */
            snapshotOffer?: (peer.SnapshotOffer.$Properties|null);

            /** Envelope snapshotRequest */
            snapshotRequest?: (peer.SnapshotRequest.$Properties|null);

            /** Envelope snapshotGone */
            snapshotGone?: (peer.SnapshotGone.$Properties|null);

            /** Envelope hello */
            hello?: (peer.Hello.$Properties|null);

            /** Envelope helloAck */
            helloAck?: (peer.HelloAck.$Properties|null);

            /** Envelope helloReject */
            helloReject?: (peer.HelloReject.$Properties|null);

            /** Envelope body */
            body?: ("append"|"appendAck"|"heartbeat"|"forward"|"forwardReply"|"touch"|"readIndex"|"readIndexAck"|"notify"|"revalidate"|"revalidateReply"|"snapshotChunk"|"snapshotCredit"|"ping"|"hail"|"join"|"newEpoch"|"ackEpoch"|"transferLead"|"followMe"|"refuse"|"snapshotOffer"|"snapshotRequest"|"snapshotGone"|"hello"|"helloAck"|"helloReject");

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Narrowed shape of an Envelope. */
        type $Shape = {
          append?: peer.Append.$Shape|null;
          appendAck?: peer.AppendAck.$Shape|null;
          heartbeat?: peer.Heartbeat.$Shape|null;
          forward?: peer.Forward.$Shape|null;
          forwardReply?: peer.ForwardReply.$Shape|null;
          touch?: peer.Touch.$Shape|null;
          readIndex?: peer.ReadIndex.$Shape|null;
          readIndexAck?: peer.ReadIndexAck.$Shape|null;
          notify?: peer.Notify.$Shape|null;
          revalidate?: peer.Revalidate.$Shape|null;
          revalidateReply?: peer.RevalidateReply.$Shape|null;
          snapshotChunk?: peer.SnapshotChunk.$Shape|null;
          snapshotCredit?: peer.SnapshotCredit.$Shape|null;
          ping?: peer.Ping.$Shape|null;
          hail?: peer.Hail.$Shape|null;
          join?: peer.Join.$Shape|null;
          newEpoch?: peer.NewEpoch.$Shape|null;
          ackEpoch?: peer.AckEpoch.$Shape|null;
          transferLead?: peer.TransferLead.$Shape|null;
          followMe?: peer.FollowMe.$Shape|null;
          refuse?: peer.Refuse.$Shape|null;
          snapshotOffer?: peer.SnapshotOffer.$Shape|null;
          snapshotRequest?: peer.SnapshotRequest.$Shape|null;
          snapshotGone?: peer.SnapshotGone.$Shape|null;
          hello?: peer.Hello.$Shape|null;
          helloAck?: peer.HelloAck.$Shape|null;
          helloReject?: peer.HelloReject.$Shape|null;
          $unknowns?: Uint8Array[];
        } & (
          ({ body?: undefined; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "append"; append: peer.Append.$Shape; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "appendAck"; append?: null; appendAck: peer.AppendAck.$Shape; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "heartbeat"; append?: null; appendAck?: null; heartbeat: peer.Heartbeat.$Shape; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "forward"; append?: null; appendAck?: null; heartbeat?: null; forward: peer.Forward.$Shape; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "forwardReply"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply: peer.ForwardReply.$Shape; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "touch"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch: peer.Touch.$Shape; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "readIndex"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex: peer.ReadIndex.$Shape; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "readIndexAck"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck: peer.ReadIndexAck.$Shape; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "notify"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify: peer.Notify.$Shape; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "revalidate"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate: peer.Revalidate.$Shape; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "revalidateReply"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply: peer.RevalidateReply.$Shape; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "snapshotChunk"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk: peer.SnapshotChunk.$Shape; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "snapshotCredit"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit: peer.SnapshotCredit.$Shape; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "ping"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping: peer.Ping.$Shape; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "hail"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail: peer.Hail.$Shape; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "join"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join: peer.Join.$Shape; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "newEpoch"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch: peer.NewEpoch.$Shape; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "ackEpoch"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch: peer.AckEpoch.$Shape; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "transferLead"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead: peer.TransferLead.$Shape; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "followMe"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe: peer.FollowMe.$Shape; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "refuse"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse: peer.Refuse.$Shape; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "snapshotOffer"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer: peer.SnapshotOffer.$Shape; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "snapshotRequest"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest: peer.SnapshotRequest.$Shape; snapshotGone?: null; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "snapshotGone"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone: peer.SnapshotGone.$Shape; hello?: null; helloAck?: null; helloReject?: null }|{ body?: "hello"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello: peer.Hello.$Shape; helloAck?: null; helloReject?: null }|{ body?: "helloAck"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck: peer.HelloAck.$Shape; helloReject?: null }|{ body?: "helloReject"; append?: null; appendAck?: null; heartbeat?: null; forward?: null; forwardReply?: null; touch?: null; readIndex?: null; readIndexAck?: null; notify?: null; revalidate?: null; revalidateReply?: null; snapshotChunk?: null; snapshotCredit?: null; ping?: null; hail?: null; join?: null; newEpoch?: null; ackEpoch?: null; transferLead?: null; followMe?: null; refuse?: null; snapshotOffer?: null; snapshotRequest?: null; snapshotGone?: null; hello?: null; helloAck?: null; helloReject: peer.HelloReject.$Shape })
        );
    }

    /** Plane enum. */
    enum Plane {

        /** CONTROL value */
        CONTROL = 0,

        /** BULK value */
        BULK = 1
    }

    /**
     * Properties of a Hello.
     * @deprecated Use peer.Hello.$Properties instead.
     */
    interface IHello extends peer.Hello.$Properties {
    }

    /** Represents a Hello. */
    class Hello {

        /**
         * Constructs a new Hello.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Hello.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Hello protoMin. */
        protoMin: number;

        /** Hello protoMax. */
        protoMax: number;

        /** Hello clusterId. */
        clusterId: Long;

        /** Hello configHash. */
        configHash: Long;

        /** Hello fromSid. */
        fromSid: number;

        /** Hello toSid. */
        toSid: number;

        /** Hello bootId. */
        bootId: Long;

        /** Hello plane. */
        plane: peer.Plane;

        /**
         * Creates a new Hello instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Hello instance
         */
        static create(properties: peer.Hello.$Shape): peer.Hello & peer.Hello.$Shape;
        static create(properties?: peer.Hello.$Properties): peer.Hello;

        /**
         * Encodes the specified Hello message. Does not implicitly {@link peer.Hello.verify|verify} messages.
         * @param message Hello message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Hello message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Hello & peer.Hello.$Shape} Hello
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Hello & peer.Hello.$Shape;
    }

    namespace Hello {

        /** Properties of a Hello. */
        interface $Properties {

            /** Hello protoMin */
            protoMin?: (number|null);

            /** Hello protoMax */
            protoMax?: (number|null);

            /** Hello clusterId */
            clusterId?: (Long|null);

            /** Hello configHash */
            configHash?: (Long|null);

            /** Hello fromSid */
            fromSid?: (number|null);

            /** Hello toSid */
            toSid?: (number|null);

            /** Hello bootId */
            bootId?: (Long|null);

            /** Hello plane */
            plane?: (peer.Plane|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Hello. */
        type $Shape = peer.Hello.$Properties;
    }

    /**
     * Properties of a HelloAck.
     * @deprecated Use peer.HelloAck.$Properties instead.
     */
    interface IHelloAck extends peer.HelloAck.$Properties {
    }

    /** Represents a HelloAck. */
    class HelloAck {

        /**
         * Constructs a new HelloAck.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.HelloAck.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** HelloAck proto. */
        proto: number;

        /**
         * Creates a new HelloAck instance using the specified properties.
         * @param [properties] Properties to set
         * @returns HelloAck instance
         */
        static create(properties: peer.HelloAck.$Shape): peer.HelloAck & peer.HelloAck.$Shape;
        static create(properties?: peer.HelloAck.$Properties): peer.HelloAck;

        /**
         * Encodes the specified HelloAck message. Does not implicitly {@link peer.HelloAck.verify|verify} messages.
         * @param message HelloAck message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.HelloAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a HelloAck message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.HelloAck & peer.HelloAck.$Shape} HelloAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.HelloAck & peer.HelloAck.$Shape;
    }

    namespace HelloAck {

        /** Properties of a HelloAck. */
        interface $Properties {

            /** HelloAck proto */
            proto?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a HelloAck. */
        type $Shape = peer.HelloAck.$Properties;
    }

    /**
     * Properties of a HelloReject.
     * @deprecated Use peer.HelloReject.$Properties instead.
     */
    interface IHelloReject extends peer.HelloReject.$Properties {
    }

    /** Represents a HelloReject. */
    class HelloReject {

        /**
         * Constructs a new HelloReject.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.HelloReject.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** HelloReject reason. */
        reason: string;

        /**
         * Creates a new HelloReject instance using the specified properties.
         * @param [properties] Properties to set
         * @returns HelloReject instance
         */
        static create(properties: peer.HelloReject.$Shape): peer.HelloReject & peer.HelloReject.$Shape;
        static create(properties?: peer.HelloReject.$Properties): peer.HelloReject;

        /**
         * Encodes the specified HelloReject message. Does not implicitly {@link peer.HelloReject.verify|verify} messages.
         * @param message HelloReject message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.HelloReject.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a HelloReject message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.HelloReject & peer.HelloReject.$Shape} HelloReject
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.HelloReject & peer.HelloReject.$Shape;
    }

    namespace HelloReject {

        /** Properties of a HelloReject. */
        interface $Properties {

            /** HelloReject reason */
            reason?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a HelloReject. */
        type $Shape = peer.HelloReject.$Properties;
    }

    /**
     * Properties of a Ping.
     * @deprecated Use peer.Ping.$Properties instead.
     */
    interface IPing extends peer.Ping.$Properties {
    }

    /** Represents a Ping. */
    class Ping {

        /**
         * Constructs a new Ping.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Ping.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /**
         * Creates a new Ping instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Ping instance
         */
        static create(properties: peer.Ping.$Shape): peer.Ping & peer.Ping.$Shape;
        static create(properties?: peer.Ping.$Properties): peer.Ping;

        /**
         * Encodes the specified Ping message. Does not implicitly {@link peer.Ping.verify|verify} messages.
         * @param message Ping message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Ping.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Ping message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Ping & peer.Ping.$Shape} Ping
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Ping & peer.Ping.$Shape;
    }

    namespace Ping {

        /** Properties of a Ping. */
        interface $Properties {

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Ping. */
        type $Shape = peer.Ping.$Properties;
    }

    /**
     * Properties of a Position.
     * @deprecated Use peer.Position.$Properties instead.
     */
    interface IPosition extends peer.Position.$Properties {
    }

    /** Represents a Position. */
    class Position {

        /**
         * Constructs a new Position.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Position.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Position index. */
        index: Long;

        /** Position epoch. */
        epoch: number;

        /** Position counter. */
        counter: number;

        /** Position chain. */
        chain: number;

        /**
         * Creates a new Position instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Position instance
         */
        static create(properties: peer.Position.$Shape): peer.Position & peer.Position.$Shape;
        static create(properties?: peer.Position.$Properties): peer.Position;

        /**
         * Encodes the specified Position message. Does not implicitly {@link peer.Position.verify|verify} messages.
         * @param message Position message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Position.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Position message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Position & peer.Position.$Shape} Position
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Position & peer.Position.$Shape;
    }

    namespace Position {

        /** Properties of a Position. */
        interface $Properties {

            /** Position index */
            index?: (Long|null);

            /** Position epoch */
            epoch?: (number|null);

            /** Position counter */
            counter?: (number|null);

            /** Position chain */
            chain?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Position. */
        type $Shape = peer.Position.$Properties;
    }

    /**
     * Properties of an EpochRow.
     * @deprecated Use peer.EpochRow.$Properties instead.
     */
    interface IEpochRow extends peer.EpochRow.$Properties {
    }

    /** Represents an EpochRow. */
    class EpochRow {

        /**
         * Constructs a new EpochRow.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.EpochRow.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** EpochRow epoch. */
        epoch: number;

        /** EpochRow leader. */
        leader: number;

        /** EpochRow startIndex. */
        startIndex: Long;

        /**
         * Creates a new EpochRow instance using the specified properties.
         * @param [properties] Properties to set
         * @returns EpochRow instance
         */
        static create(properties: peer.EpochRow.$Shape): peer.EpochRow & peer.EpochRow.$Shape;
        static create(properties?: peer.EpochRow.$Properties): peer.EpochRow;

        /**
         * Encodes the specified EpochRow message. Does not implicitly {@link peer.EpochRow.verify|verify} messages.
         * @param message EpochRow message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.EpochRow.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an EpochRow message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.EpochRow & peer.EpochRow.$Shape} EpochRow
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.EpochRow & peer.EpochRow.$Shape;
    }

    namespace EpochRow {

        /** Properties of an EpochRow. */
        interface $Properties {

            /** EpochRow epoch */
            epoch?: (number|null);

            /** EpochRow leader */
            leader?: (number|null);

            /** EpochRow startIndex */
            startIndex?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an EpochRow. */
        type $Shape = peer.EpochRow.$Properties;
    }

    /**
     * Properties of an Entry.
     * @deprecated Use peer.Entry.$Properties instead.
     */
    interface IEntry extends peer.Entry.$Properties {
    }

    /** Represents an Entry. */
    class Entry {

        /**
         * Constructs a new Entry.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Entry.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Entry kind. */
        kind: number;

        /** Entry chain. */
        chain: number;

        /** Entry payload. */
        payload: Uint8Array;

        /** Entry epoch. */
        epoch: number;

        /**
         * Creates a new Entry instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Entry instance
         */
        static create(properties: peer.Entry.$Shape): peer.Entry & peer.Entry.$Shape;
        static create(properties?: peer.Entry.$Properties): peer.Entry;

        /**
         * Encodes the specified Entry message. Does not implicitly {@link peer.Entry.verify|verify} messages.
         * @param message Entry message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Entry.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an Entry message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Entry & peer.Entry.$Shape} Entry
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Entry & peer.Entry.$Shape;
    }

    namespace Entry {

        /** Properties of an Entry. */
        interface $Properties {

            /** Entry kind */
            kind?: (number|null);

            /** Entry chain */
            chain?: (number|null);

            /** Entry payload */
            payload?: (Uint8Array|null);

            /** Entry epoch */
            epoch?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an Entry. */
        type $Shape = peer.Entry.$Properties;
    }

    /**
     * Properties of an Append.
     * @deprecated Use peer.Append.$Properties instead.
     */
    interface IAppend extends peer.Append.$Properties {
    }

    /** Represents an Append. */
    class Append {

        /**
         * Constructs a new Append.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Append.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Append epoch. */
        epoch: number;

        /** Append prev. */
        prev?: (peer.Position.$Properties|null);

        /** Append commit. */
        commit: Long;

        /** Append sentAt. */
        sentAt: Long;

        /** Append entries. */
        entries: peer.Entry.$Properties[];

        /**
         * Creates a new Append instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Append instance
         */
        static create(properties: peer.Append.$Shape): peer.Append & peer.Append.$Shape;
        static create(properties?: peer.Append.$Properties): peer.Append;

        /**
         * Encodes the specified Append message. Does not implicitly {@link peer.Append.verify|verify} messages.
         * @param message Append message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Append.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an Append message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Append & peer.Append.$Shape} Append
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Append & peer.Append.$Shape;
    }

    namespace Append {

        /** Properties of an Append. */
        interface $Properties {

            /** Append epoch */
            epoch?: (number|null);

            /** Append prev */
            prev?: (peer.Position.$Properties|null);

            /** Append commit */
            commit?: (Long|null);

            /** Append sentAt */
            sentAt?: (Long|null);

            /** Append entries */
            entries?: (peer.Entry.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an Append. */
        type $Shape = peer.Append.$Properties;
    }

    /**
     * Properties of an AppendAck.
     * @deprecated Use peer.AppendAck.$Properties instead.
     */
    interface IAppendAck extends peer.AppendAck.$Properties {
    }

    /** Represents an AppendAck. */
    class AppendAck {

        /**
         * Constructs a new AppendAck.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.AppendAck.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** AppendAck epoch. */
        epoch: number;

        /** AppendAck durable. */
        durable: Long;

        /** AppendAck applied. */
        applied: Long;

        /** AppendAck sentAt. */
        sentAt: Long;

        /** AppendAck readSeq. */
        readSeq: Long;

        /** AppendAck reject. */
        reject?: (peer.Reject.$Properties|null);

        /**
         * Creates a new AppendAck instance using the specified properties.
         * @param [properties] Properties to set
         * @returns AppendAck instance
         */
        static create(properties: peer.AppendAck.$Shape): peer.AppendAck & peer.AppendAck.$Shape;
        static create(properties?: peer.AppendAck.$Properties): peer.AppendAck;

        /**
         * Encodes the specified AppendAck message. Does not implicitly {@link peer.AppendAck.verify|verify} messages.
         * @param message AppendAck message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.AppendAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an AppendAck message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.AppendAck & peer.AppendAck.$Shape} AppendAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.AppendAck & peer.AppendAck.$Shape;
    }

    namespace AppendAck {

        /** Properties of an AppendAck. */
        interface $Properties {

            /** AppendAck epoch */
            epoch?: (number|null);

            /** AppendAck durable */
            durable?: (Long|null);

            /** AppendAck applied */
            applied?: (Long|null);

            /** AppendAck sentAt */
            sentAt?: (Long|null);

            /** AppendAck readSeq */
            readSeq?: (Long|null);

            /** AppendAck reject */
            reject?: (peer.Reject.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an AppendAck. */
        type $Shape = peer.AppendAck.$Properties;
    }

    /**
     * Properties of a Reject.
     * @deprecated Use peer.Reject.$Properties instead.
     */
    interface IReject extends peer.Reject.$Properties {
    }

    /** Represents a Reject. */
    class Reject {

        /**
         * Constructs a new Reject.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Reject.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Reject last. */
        last?: (peer.Position.$Properties|null);

        /** Reject epochs. */
        epochs: peer.EpochRow.$Properties[];

        /**
         * Creates a new Reject instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Reject instance
         */
        static create(properties: peer.Reject.$Shape): peer.Reject & peer.Reject.$Shape;
        static create(properties?: peer.Reject.$Properties): peer.Reject;

        /**
         * Encodes the specified Reject message. Does not implicitly {@link peer.Reject.verify|verify} messages.
         * @param message Reject message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Reject.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Reject message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Reject & peer.Reject.$Shape} Reject
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Reject & peer.Reject.$Shape;
    }

    namespace Reject {

        /** Properties of a Reject. */
        interface $Properties {

            /** Reject last */
            last?: (peer.Position.$Properties|null);

            /** Reject epochs */
            epochs?: (peer.EpochRow.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Reject. */
        type $Shape = peer.Reject.$Properties;
    }

    /**
     * Properties of a Heartbeat.
     * @deprecated Use peer.Heartbeat.$Properties instead.
     */
    interface IHeartbeat extends peer.Heartbeat.$Properties {
    }

    /** Represents a Heartbeat. */
    class Heartbeat {

        /**
         * Constructs a new Heartbeat.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Heartbeat.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Heartbeat epoch. */
        epoch: number;

        /** Heartbeat commit. */
        commit: Long;

        /** Heartbeat established. */
        established: boolean;

        /** Heartbeat sentAt. */
        sentAt: Long;

        /** Heartbeat readSeq. */
        readSeq: Long;

        /** Heartbeat digestIndex. */
        digestIndex: Long;

        /** Heartbeat digest. */
        digest: Long;

        /** Heartbeat levels. */
        levels: peer.Level.$Properties[];

        /**
         * Creates a new Heartbeat instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Heartbeat instance
         */
        static create(properties: peer.Heartbeat.$Shape): peer.Heartbeat & peer.Heartbeat.$Shape;
        static create(properties?: peer.Heartbeat.$Properties): peer.Heartbeat;

        /**
         * Encodes the specified Heartbeat message. Does not implicitly {@link peer.Heartbeat.verify|verify} messages.
         * @param message Heartbeat message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Heartbeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Heartbeat message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Heartbeat & peer.Heartbeat.$Shape} Heartbeat
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Heartbeat & peer.Heartbeat.$Shape;
    }

    namespace Heartbeat {

        /** Properties of a Heartbeat. */
        interface $Properties {

            /** Heartbeat epoch */
            epoch?: (number|null);

            /** Heartbeat commit */
            commit?: (Long|null);

            /** Heartbeat established */
            established?: (boolean|null);

            /** Heartbeat sentAt */
            sentAt?: (Long|null);

            /** Heartbeat readSeq */
            readSeq?: (Long|null);

            /** Heartbeat digestIndex */
            digestIndex?: (Long|null);

            /** Heartbeat digest */
            digest?: (Long|null);

            /** Heartbeat levels */
            levels?: (peer.Level.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Heartbeat. */
        type $Shape = peer.Heartbeat.$Properties;
    }

    /**
     * Properties of a Level.
     * @deprecated Use peer.Level.$Properties instead.
     */
    interface ILevel extends peer.Level.$Properties {
    }

    /** Represents a Level. */
    class Level {

        /**
         * Constructs a new Level.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Level.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Level sid. */
        sid: number;

        /** Level index. */
        index: Long;

        /**
         * Creates a new Level instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Level instance
         */
        static create(properties: peer.Level.$Shape): peer.Level & peer.Level.$Shape;
        static create(properties?: peer.Level.$Properties): peer.Level;

        /**
         * Encodes the specified Level message. Does not implicitly {@link peer.Level.verify|verify} messages.
         * @param message Level message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Level.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Level message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Level & peer.Level.$Shape} Level
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Level & peer.Level.$Shape;
    }

    namespace Level {

        /** Properties of a Level. */
        interface $Properties {

            /** Level sid */
            sid?: (number|null);

            /** Level index */
            index?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Level. */
        type $Shape = peer.Level.$Properties;
    }

    /**
     * Properties of a Hail.
     * @deprecated Use peer.Hail.$Properties instead.
     */
    interface IHail extends peer.Hail.$Properties {
    }

    /** Represents a Hail. */
    class Hail {

        /**
         * Constructs a new Hail.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Hail.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Hail nonce. */
        nonce: Long;

        /** Hail configHash. */
        configHash: Long;

        /** Hail founders. */
        founders: peer.Founder.$Properties[];

        /** Hail belongs. */
        belongs: boolean;

        /**
         * Creates a new Hail instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Hail instance
         */
        static create(properties: peer.Hail.$Shape): peer.Hail & peer.Hail.$Shape;
        static create(properties?: peer.Hail.$Properties): peer.Hail;

        /**
         * Encodes the specified Hail message. Does not implicitly {@link peer.Hail.verify|verify} messages.
         * @param message Hail message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Hail.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Hail message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Hail & peer.Hail.$Shape} Hail
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Hail & peer.Hail.$Shape;
    }

    namespace Hail {

        /** Properties of a Hail. */
        interface $Properties {

            /** Hail nonce */
            nonce?: (Long|null);

            /** Hail configHash */
            configHash?: (Long|null);

            /** Hail founders */
            founders?: (peer.Founder.$Properties[]|null);

            /** Hail belongs */
            belongs?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Hail. */
        type $Shape = peer.Hail.$Properties;
    }

    /**
     * Properties of a Founder.
     * @deprecated Use peer.Founder.$Properties instead.
     */
    interface IFounder extends peer.Founder.$Properties {
    }

    /** Represents a Founder. */
    class Founder {

        /**
         * Constructs a new Founder.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Founder.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Founder sid. */
        sid: number;

        /** Founder nonce. */
        nonce: Long;

        /**
         * Creates a new Founder instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Founder instance
         */
        static create(properties: peer.Founder.$Shape): peer.Founder & peer.Founder.$Shape;
        static create(properties?: peer.Founder.$Properties): peer.Founder;

        /**
         * Encodes the specified Founder message. Does not implicitly {@link peer.Founder.verify|verify} messages.
         * @param message Founder message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Founder.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Founder message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Founder & peer.Founder.$Shape} Founder
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Founder & peer.Founder.$Shape;
    }

    namespace Founder {

        /** Properties of a Founder. */
        interface $Properties {

            /** Founder sid */
            sid?: (number|null);

            /** Founder nonce */
            nonce?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Founder. */
        type $Shape = peer.Founder.$Properties;
    }

    /** State enum. */
    enum State {

        /** LOOKING value */
        LOOKING = 0,

        /** FOLLOWING value */
        FOLLOWING = 1,

        /** LEADING value */
        LEADING = 2,

        /** OBSERVING value */
        OBSERVING = 3
    }

    /**
     * Properties of a Vote.
     * @deprecated Use peer.Vote.$Properties instead.
     */
    interface IVote extends peer.Vote.$Properties {
    }

    /** Represents a Vote. */
    class Vote {

        /**
         * Constructs a new Vote.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Vote.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Vote epoch. */
        epoch: number;

        /** Vote counter. */
        counter: number;

        /** Vote priority. */
        priority: number;

        /** Vote sid. */
        sid: number;

        /**
         * Creates a new Vote instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Vote instance
         */
        static create(properties: peer.Vote.$Shape): peer.Vote & peer.Vote.$Shape;
        static create(properties?: peer.Vote.$Properties): peer.Vote;

        /**
         * Encodes the specified Vote message. Does not implicitly {@link peer.Vote.verify|verify} messages.
         * @param message Vote message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Vote.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Vote message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Vote & peer.Vote.$Shape} Vote
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Vote & peer.Vote.$Shape;
    }

    namespace Vote {

        /** Properties of a Vote. */
        interface $Properties {

            /** Vote epoch */
            epoch?: (number|null);

            /** Vote counter */
            counter?: (number|null);

            /** Vote priority */
            priority?: (number|null);

            /** Vote sid */
            sid?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Vote. */
        type $Shape = peer.Vote.$Properties;
    }

    /**
     * Properties of a Notify.
     * @deprecated Use peer.Notify.$Properties instead.
     */
    interface INotify extends peer.Notify.$Properties {
    }

    /** Represents a Notify. */
    class Notify {

        /**
         * Constructs a new Notify.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Notify.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Notify state. */
        state: peer.State;

        /** Notify round. */
        round: Long;

        /** Notify vote. */
        vote?: (peer.Vote.$Properties|null);

        /** Notify acceptedEpoch. */
        acceptedEpoch: number;

        /** Notify leader. */
        leader: number;

        /** Notify established. */
        established: boolean;

        /**
         * Creates a new Notify instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Notify instance
         */
        static create(properties: peer.Notify.$Shape): peer.Notify & peer.Notify.$Shape;
        static create(properties?: peer.Notify.$Properties): peer.Notify;

        /**
         * Encodes the specified Notify message. Does not implicitly {@link peer.Notify.verify|verify} messages.
         * @param message Notify message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Notify.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Notify message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Notify & peer.Notify.$Shape} Notify
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Notify & peer.Notify.$Shape;
    }

    namespace Notify {

        /** Properties of a Notify. */
        interface $Properties {

            /** Notify state */
            state?: (peer.State|null);

            /** Notify round */
            round?: (Long|null);

            /** Notify vote */
            vote?: (peer.Vote.$Properties|null);

            /** Notify acceptedEpoch */
            acceptedEpoch?: (number|null);

            /** Notify leader */
            leader?: (number|null);

            /** Notify established */
            established?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Notify. */
        type $Shape = peer.Notify.$Properties;
    }

    /**
     * Properties of a Join.
     * @deprecated Use peer.Join.$Properties instead.
     */
    interface IJoin extends peer.Join.$Properties {
    }

    /** Represents a Join. */
    class Join {

        /**
         * Constructs a new Join.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Join.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Join acceptedEpoch. */
        acceptedEpoch: number;

        /** Join acceptedLeader. */
        acceptedLeader: number;

        /** Join last. */
        last?: (peer.Position.$Properties|null);

        /**
         * Creates a new Join instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Join instance
         */
        static create(properties: peer.Join.$Shape): peer.Join & peer.Join.$Shape;
        static create(properties?: peer.Join.$Properties): peer.Join;

        /**
         * Encodes the specified Join message. Does not implicitly {@link peer.Join.verify|verify} messages.
         * @param message Join message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Join.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Join message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Join & peer.Join.$Shape} Join
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Join & peer.Join.$Shape;
    }

    namespace Join {

        /** Properties of a Join. */
        interface $Properties {

            /** Join acceptedEpoch */
            acceptedEpoch?: (number|null);

            /** Join acceptedLeader */
            acceptedLeader?: (number|null);

            /** Join last */
            last?: (peer.Position.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Join. */
        type $Shape = peer.Join.$Properties;
    }

    /**
     * Properties of a NewEpoch.
     * @deprecated Use peer.NewEpoch.$Properties instead.
     */
    interface INewEpoch extends peer.NewEpoch.$Properties {
    }

    /** Represents a NewEpoch. */
    class NewEpoch {

        /**
         * Constructs a new NewEpoch.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.NewEpoch.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** NewEpoch epoch. */
        epoch: number;

        /** NewEpoch leaderBoot. */
        leaderBoot: Long;

        /** NewEpoch last. */
        last?: (peer.Position.$Properties|null);

        /** NewEpoch established. */
        established: boolean;

        /**
         * Creates a new NewEpoch instance using the specified properties.
         * @param [properties] Properties to set
         * @returns NewEpoch instance
         */
        static create(properties: peer.NewEpoch.$Shape): peer.NewEpoch & peer.NewEpoch.$Shape;
        static create(properties?: peer.NewEpoch.$Properties): peer.NewEpoch;

        /**
         * Encodes the specified NewEpoch message. Does not implicitly {@link peer.NewEpoch.verify|verify} messages.
         * @param message NewEpoch message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.NewEpoch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a NewEpoch message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.NewEpoch & peer.NewEpoch.$Shape} NewEpoch
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.NewEpoch & peer.NewEpoch.$Shape;
    }

    namespace NewEpoch {

        /** Properties of a NewEpoch. */
        interface $Properties {

            /** NewEpoch epoch */
            epoch?: (number|null);

            /** NewEpoch leaderBoot */
            leaderBoot?: (Long|null);

            /** NewEpoch last */
            last?: (peer.Position.$Properties|null);

            /** NewEpoch established */
            established?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a NewEpoch. */
        type $Shape = peer.NewEpoch.$Properties;
    }

    /**
     * Properties of an AckEpoch.
     * @deprecated Use peer.AckEpoch.$Properties instead.
     */
    interface IAckEpoch extends peer.AckEpoch.$Properties {
    }

    /** Represents an AckEpoch. */
    class AckEpoch {

        /**
         * Constructs a new AckEpoch.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.AckEpoch.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** AckEpoch epoch. */
        epoch: number;

        /** AckEpoch leaderBoot. */
        leaderBoot: Long;

        /** AckEpoch last. */
        last?: (peer.Position.$Properties|null);

        /** AckEpoch commit. */
        commit: Long;

        /** AckEpoch epochs. */
        epochs: peer.EpochRow.$Properties[];

        /**
         * Creates a new AckEpoch instance using the specified properties.
         * @param [properties] Properties to set
         * @returns AckEpoch instance
         */
        static create(properties: peer.AckEpoch.$Shape): peer.AckEpoch & peer.AckEpoch.$Shape;
        static create(properties?: peer.AckEpoch.$Properties): peer.AckEpoch;

        /**
         * Encodes the specified AckEpoch message. Does not implicitly {@link peer.AckEpoch.verify|verify} messages.
         * @param message AckEpoch message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.AckEpoch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an AckEpoch message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.AckEpoch & peer.AckEpoch.$Shape} AckEpoch
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.AckEpoch & peer.AckEpoch.$Shape;
    }

    namespace AckEpoch {

        /** Properties of an AckEpoch. */
        interface $Properties {

            /** AckEpoch epoch */
            epoch?: (number|null);

            /** AckEpoch leaderBoot */
            leaderBoot?: (Long|null);

            /** AckEpoch last */
            last?: (peer.Position.$Properties|null);

            /** AckEpoch commit */
            commit?: (Long|null);

            /** AckEpoch epochs */
            epochs?: (peer.EpochRow.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an AckEpoch. */
        type $Shape = peer.AckEpoch.$Properties;
    }

    /**
     * Properties of a ReadIndex.
     * @deprecated Use peer.ReadIndex.$Properties instead.
     */
    interface IReadIndex extends peer.ReadIndex.$Properties {
    }

    /** Represents a ReadIndex. */
    class ReadIndex {

        /**
         * Constructs a new ReadIndex.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.ReadIndex.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ReadIndex id. */
        id: Long;

        /**
         * Creates a new ReadIndex instance using the specified properties.
         * @param [properties] Properties to set
         * @returns ReadIndex instance
         */
        static create(properties: peer.ReadIndex.$Shape): peer.ReadIndex & peer.ReadIndex.$Shape;
        static create(properties?: peer.ReadIndex.$Properties): peer.ReadIndex;

        /**
         * Encodes the specified ReadIndex message. Does not implicitly {@link peer.ReadIndex.verify|verify} messages.
         * @param message ReadIndex message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.ReadIndex.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ReadIndex message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.ReadIndex & peer.ReadIndex.$Shape} ReadIndex
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.ReadIndex & peer.ReadIndex.$Shape;
    }

    namespace ReadIndex {

        /** Properties of a ReadIndex. */
        interface $Properties {

            /** ReadIndex id */
            id?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ReadIndex. */
        type $Shape = peer.ReadIndex.$Properties;
    }

    /**
     * Properties of a ReadIndexAck.
     * @deprecated Use peer.ReadIndexAck.$Properties instead.
     */
    interface IReadIndexAck extends peer.ReadIndexAck.$Properties {
    }

    /** Represents a ReadIndexAck. */
    class ReadIndexAck {

        /**
         * Constructs a new ReadIndexAck.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.ReadIndexAck.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ReadIndexAck id. */
        id: Long;

        /** ReadIndexAck index. */
        index: Long;

        /**
         * Creates a new ReadIndexAck instance using the specified properties.
         * @param [properties] Properties to set
         * @returns ReadIndexAck instance
         */
        static create(properties: peer.ReadIndexAck.$Shape): peer.ReadIndexAck & peer.ReadIndexAck.$Shape;
        static create(properties?: peer.ReadIndexAck.$Properties): peer.ReadIndexAck;

        /**
         * Encodes the specified ReadIndexAck message. Does not implicitly {@link peer.ReadIndexAck.verify|verify} messages.
         * @param message ReadIndexAck message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.ReadIndexAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ReadIndexAck message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.ReadIndexAck & peer.ReadIndexAck.$Shape} ReadIndexAck
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.ReadIndexAck & peer.ReadIndexAck.$Shape;
    }

    namespace ReadIndexAck {

        /** Properties of a ReadIndexAck. */
        interface $Properties {

            /** ReadIndexAck id */
            id?: (Long|null);

            /** ReadIndexAck index */
            index?: (Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ReadIndexAck. */
        type $Shape = peer.ReadIndexAck.$Properties;
    }

    /**
     * Properties of a TransferLead.
     * @deprecated Use peer.TransferLead.$Properties instead.
     */
    interface ITransferLead extends peer.TransferLead.$Properties {
    }

    /** Represents a TransferLead. */
    class TransferLead {

        /**
         * Constructs a new TransferLead.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.TransferLead.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** TransferLead epoch. */
        epoch: number;

        /**
         * Creates a new TransferLead instance using the specified properties.
         * @param [properties] Properties to set
         * @returns TransferLead instance
         */
        static create(properties: peer.TransferLead.$Shape): peer.TransferLead & peer.TransferLead.$Shape;
        static create(properties?: peer.TransferLead.$Properties): peer.TransferLead;

        /**
         * Encodes the specified TransferLead message. Does not implicitly {@link peer.TransferLead.verify|verify} messages.
         * @param message TransferLead message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.TransferLead.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a TransferLead message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.TransferLead & peer.TransferLead.$Shape} TransferLead
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.TransferLead & peer.TransferLead.$Shape;
    }

    namespace TransferLead {

        /** Properties of a TransferLead. */
        interface $Properties {

            /** TransferLead epoch */
            epoch?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a TransferLead. */
        type $Shape = peer.TransferLead.$Properties;
    }

    /**
     * Properties of a FollowMe.
     * @deprecated Use peer.FollowMe.$Properties instead.
     */
    interface IFollowMe extends peer.FollowMe.$Properties {
    }

    /** Represents a FollowMe. */
    class FollowMe {

        /**
         * Constructs a new FollowMe.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.FollowMe.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** FollowMe epoch. */
        epoch: number;

        /**
         * Creates a new FollowMe instance using the specified properties.
         * @param [properties] Properties to set
         * @returns FollowMe instance
         */
        static create(properties: peer.FollowMe.$Shape): peer.FollowMe & peer.FollowMe.$Shape;
        static create(properties?: peer.FollowMe.$Properties): peer.FollowMe;

        /**
         * Encodes the specified FollowMe message. Does not implicitly {@link peer.FollowMe.verify|verify} messages.
         * @param message FollowMe message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.FollowMe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a FollowMe message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.FollowMe & peer.FollowMe.$Shape} FollowMe
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.FollowMe & peer.FollowMe.$Shape;
    }

    namespace FollowMe {

        /** Properties of a FollowMe. */
        interface $Properties {

            /** FollowMe epoch */
            epoch?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a FollowMe. */
        type $Shape = peer.FollowMe.$Properties;
    }

    /** RefuseReason enum. */
    enum RefuseReason {

        /** EMPTIED value */
        EMPTIED = 0,

        /** ROLLED_BACK value */
        ROLLED_BACK = 1
    }

    /**
     * Properties of a Refuse.
     * @deprecated Use peer.Refuse.$Properties instead.
     */
    interface IRefuse extends peer.Refuse.$Properties {
    }

    /** Represents a Refuse. */
    class Refuse {

        /**
         * Constructs a new Refuse.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Refuse.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Refuse reason. */
        reason: peer.RefuseReason;

        /** Refuse epoch. */
        epoch: number;

        /** Refuse index. */
        index: Long;

        /** Refuse leader. */
        leader: number;

        /**
         * Creates a new Refuse instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Refuse instance
         */
        static create(properties: peer.Refuse.$Shape): peer.Refuse & peer.Refuse.$Shape;
        static create(properties?: peer.Refuse.$Properties): peer.Refuse;

        /**
         * Encodes the specified Refuse message. Does not implicitly {@link peer.Refuse.verify|verify} messages.
         * @param message Refuse message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Refuse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Refuse message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Refuse & peer.Refuse.$Shape} Refuse
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Refuse & peer.Refuse.$Shape;
    }

    namespace Refuse {

        /** Properties of a Refuse. */
        interface $Properties {

            /** Refuse reason */
            reason?: (peer.RefuseReason|null);

            /** Refuse epoch */
            epoch?: (number|null);

            /** Refuse index */
            index?: (Long|null);

            /** Refuse leader */
            leader?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Refuse. */
        type $Shape = peer.Refuse.$Properties;
    }

    /**
     * Properties of a Request.
     * @deprecated Use peer.Request.$Properties instead.
     */
    interface IRequest extends peer.Request.$Properties {
    }

    /** Represents a Request. */
    class Request {

        /**
         * Constructs a new Request.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Request.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Request sessionHigh. */
        sessionHigh: number;

        /** Request sessionLow. */
        sessionLow: number;

        /** Request xid. */
        xid: number;

        /** Request opcode. */
        opcode: number;

        /** Request identity. */
        identity: number;

        /** Request body. */
        body: Uint8Array;

        /**
         * Creates a new Request instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Request instance
         */
        static create(properties: peer.Request.$Shape): peer.Request & peer.Request.$Shape;
        static create(properties?: peer.Request.$Properties): peer.Request;

        /**
         * Encodes the specified Request message. Does not implicitly {@link peer.Request.verify|verify} messages.
         * @param message Request message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Request.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Request message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Request & peer.Request.$Shape} Request
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Request & peer.Request.$Shape;
    }

    namespace Request {

        /** Properties of a Request. */
        interface $Properties {

            /** Request sessionHigh */
            sessionHigh?: (number|null);

            /** Request sessionLow */
            sessionLow?: (number|null);

            /** Request xid */
            xid?: (number|null);

            /** Request opcode */
            opcode?: (number|null);

            /** Request identity */
            identity?: (number|null);

            /** Request body */
            body?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Request. */
        type $Shape = peer.Request.$Properties;
    }

    /**
     * Properties of a Forward.
     * @deprecated Use peer.Forward.$Properties instead.
     */
    interface IForward extends peer.Forward.$Properties {
    }

    /** Represents a Forward. */
    class Forward {

        /**
         * Constructs a new Forward.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Forward.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Forward first. */
        first: Long;

        /** Forward requests. */
        requests: peer.Request.$Properties[];

        /** Forward identities. */
        identities: Uint8Array[];

        /**
         * Creates a new Forward instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Forward instance
         */
        static create(properties: peer.Forward.$Shape): peer.Forward & peer.Forward.$Shape;
        static create(properties?: peer.Forward.$Properties): peer.Forward;

        /**
         * Encodes the specified Forward message. Does not implicitly {@link peer.Forward.verify|verify} messages.
         * @param message Forward message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Forward.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Forward message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Forward & peer.Forward.$Shape} Forward
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Forward & peer.Forward.$Shape;
    }

    namespace Forward {

        /** Properties of a Forward. */
        interface $Properties {

            /** Forward first */
            first?: (Long|null);

            /** Forward requests */
            requests?: (peer.Request.$Properties[]|null);

            /** Forward identities */
            identities?: (Uint8Array[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Forward. */
        type $Shape = peer.Forward.$Properties;
    }

    /**
     * Properties of a ForwardReply.
     * @deprecated Use peer.ForwardReply.$Properties instead.
     */
    interface IForwardReply extends peer.ForwardReply.$Properties {
    }

    /** Represents a ForwardReply. */
    class ForwardReply {

        /**
         * Constructs a new ForwardReply.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.ForwardReply.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ForwardReply first. */
        first: Long;

        /** ForwardReply indexes. */
        indexes: Long[];

        /** ForwardReply codes. */
        codes: number[];

        /**
         * Creates a new ForwardReply instance using the specified properties.
         * @param [properties] Properties to set
         * @returns ForwardReply instance
         */
        static create(properties: peer.ForwardReply.$Shape): peer.ForwardReply & peer.ForwardReply.$Shape;
        static create(properties?: peer.ForwardReply.$Properties): peer.ForwardReply;

        /**
         * Encodes the specified ForwardReply message. Does not implicitly {@link peer.ForwardReply.verify|verify} messages.
         * @param message ForwardReply message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.ForwardReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ForwardReply message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.ForwardReply & peer.ForwardReply.$Shape} ForwardReply
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.ForwardReply & peer.ForwardReply.$Shape;
    }

    namespace ForwardReply {

        /** Properties of a ForwardReply. */
        interface $Properties {

            /** ForwardReply first */
            first?: (Long|null);

            /** ForwardReply indexes */
            indexes?: (Long[]|null);

            /** ForwardReply codes */
            codes?: (number[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ForwardReply. */
        type $Shape = peer.ForwardReply.$Properties;
    }

    /**
     * Properties of a Revalidate.
     * @deprecated Use peer.Revalidate.$Properties instead.
     */
    interface IRevalidate extends peer.Revalidate.$Properties {
    }

    /** Represents a Revalidate. */
    class Revalidate {

        /**
         * Constructs a new Revalidate.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Revalidate.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Revalidate id. */
        id: Long;

        /** Revalidate sessionHigh. */
        sessionHigh: number;

        /** Revalidate sessionLow. */
        sessionLow: number;

        /** Revalidate timeoutMs. */
        timeoutMs: number;

        /**
         * Creates a new Revalidate instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Revalidate instance
         */
        static create(properties: peer.Revalidate.$Shape): peer.Revalidate & peer.Revalidate.$Shape;
        static create(properties?: peer.Revalidate.$Properties): peer.Revalidate;

        /**
         * Encodes the specified Revalidate message. Does not implicitly {@link peer.Revalidate.verify|verify} messages.
         * @param message Revalidate message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Revalidate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Revalidate message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Revalidate & peer.Revalidate.$Shape} Revalidate
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Revalidate & peer.Revalidate.$Shape;
    }

    namespace Revalidate {

        /** Properties of a Revalidate. */
        interface $Properties {

            /** Revalidate id */
            id?: (Long|null);

            /** Revalidate sessionHigh */
            sessionHigh?: (number|null);

            /** Revalidate sessionLow */
            sessionLow?: (number|null);

            /** Revalidate timeoutMs */
            timeoutMs?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Revalidate. */
        type $Shape = peer.Revalidate.$Properties;
    }

    /**
     * Properties of a RevalidateReply.
     * @deprecated Use peer.RevalidateReply.$Properties instead.
     */
    interface IRevalidateReply extends peer.RevalidateReply.$Properties {
    }

    /** Represents a RevalidateReply. */
    class RevalidateReply {

        /**
         * Constructs a new RevalidateReply.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.RevalidateReply.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** RevalidateReply id. */
        id: Long;

        /** RevalidateReply valid. */
        valid: boolean;

        /**
         * Creates a new RevalidateReply instance using the specified properties.
         * @param [properties] Properties to set
         * @returns RevalidateReply instance
         */
        static create(properties: peer.RevalidateReply.$Shape): peer.RevalidateReply & peer.RevalidateReply.$Shape;
        static create(properties?: peer.RevalidateReply.$Properties): peer.RevalidateReply;

        /**
         * Encodes the specified RevalidateReply message. Does not implicitly {@link peer.RevalidateReply.verify|verify} messages.
         * @param message RevalidateReply message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.RevalidateReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a RevalidateReply message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.RevalidateReply & peer.RevalidateReply.$Shape} RevalidateReply
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.RevalidateReply & peer.RevalidateReply.$Shape;
    }

    namespace RevalidateReply {

        /** Properties of a RevalidateReply. */
        interface $Properties {

            /** RevalidateReply id */
            id?: (Long|null);

            /** RevalidateReply valid */
            valid?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a RevalidateReply. */
        type $Shape = peer.RevalidateReply.$Properties;
    }

    /**
     * Properties of a Touch.
     * @deprecated Use peer.Touch.$Properties instead.
     */
    interface ITouch extends peer.Touch.$Properties {
    }

    /** Represents a Touch. */
    class Touch {

        /**
         * Constructs a new Touch.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.Touch.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Touch sessions. */
        sessions: Uint8Array;

        /**
         * Creates a new Touch instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Touch instance
         */
        static create(properties: peer.Touch.$Shape): peer.Touch & peer.Touch.$Shape;
        static create(properties?: peer.Touch.$Properties): peer.Touch;

        /**
         * Encodes the specified Touch message. Does not implicitly {@link peer.Touch.verify|verify} messages.
         * @param message Touch message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.Touch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Touch message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.Touch & peer.Touch.$Shape} Touch
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.Touch & peer.Touch.$Shape;
    }

    namespace Touch {

        /** Properties of a Touch. */
        interface $Properties {

            /** Touch sessions */
            sessions?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Touch. */
        type $Shape = peer.Touch.$Properties;
    }

    /**
     * Properties of a SnapshotOffer.
     * @deprecated Use peer.SnapshotOffer.$Properties instead.
     */
    interface ISnapshotOffer extends peer.SnapshotOffer.$Properties {
    }

    /** Represents a SnapshotOffer. */
    class SnapshotOffer {

        /**
         * Constructs a new SnapshotOffer.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.SnapshotOffer.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** SnapshotOffer epoch. */
        epoch: number;

        /** SnapshotOffer position. */
        position?: (peer.Position.$Properties|null);

        /** SnapshotOffer bytes. */
        bytes: Long;

        /** SnapshotOffer epochs. */
        epochs: peer.EpochRow.$Properties[];

        /**
         * Creates a new SnapshotOffer instance using the specified properties.
         * @param [properties] Properties to set
         * @returns SnapshotOffer instance
         */
        static create(properties: peer.SnapshotOffer.$Shape): peer.SnapshotOffer & peer.SnapshotOffer.$Shape;
        static create(properties?: peer.SnapshotOffer.$Properties): peer.SnapshotOffer;

        /**
         * Encodes the specified SnapshotOffer message. Does not implicitly {@link peer.SnapshotOffer.verify|verify} messages.
         * @param message SnapshotOffer message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.SnapshotOffer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a SnapshotOffer message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.SnapshotOffer & peer.SnapshotOffer.$Shape} SnapshotOffer
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.SnapshotOffer & peer.SnapshotOffer.$Shape;
    }

    namespace SnapshotOffer {

        /** Properties of a SnapshotOffer. */
        interface $Properties {

            /** SnapshotOffer epoch */
            epoch?: (number|null);

            /** SnapshotOffer position */
            position?: (peer.Position.$Properties|null);

            /** SnapshotOffer bytes */
            bytes?: (Long|null);

            /** SnapshotOffer epochs */
            epochs?: (peer.EpochRow.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a SnapshotOffer. */
        type $Shape = peer.SnapshotOffer.$Properties;
    }

    /**
     * Properties of a SnapshotRequest.
     * @deprecated Use peer.SnapshotRequest.$Properties instead.
     */
    interface ISnapshotRequest extends peer.SnapshotRequest.$Properties {
    }

    /** Represents a SnapshotRequest. */
    class SnapshotRequest {

        /**
         * Constructs a new SnapshotRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.SnapshotRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** SnapshotRequest position. */
        position?: (peer.Position.$Properties|null);

        /** SnapshotRequest table. */
        table: number;

        /** SnapshotRequest key. */
        key: Uint8Array;

        /** SnapshotRequest rows. */
        rows: Long;

        /** SnapshotRequest checksum. */
        checksum: Long;

        /** SnapshotRequest credits. */
        credits: number;

        /**
         * Creates a new SnapshotRequest instance using the specified properties.
         * @param [properties] Properties to set
         * @returns SnapshotRequest instance
         */
        static create(properties: peer.SnapshotRequest.$Shape): peer.SnapshotRequest & peer.SnapshotRequest.$Shape;
        static create(properties?: peer.SnapshotRequest.$Properties): peer.SnapshotRequest;

        /**
         * Encodes the specified SnapshotRequest message. Does not implicitly {@link peer.SnapshotRequest.verify|verify} messages.
         * @param message SnapshotRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.SnapshotRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a SnapshotRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.SnapshotRequest & peer.SnapshotRequest.$Shape} SnapshotRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.SnapshotRequest & peer.SnapshotRequest.$Shape;
    }

    namespace SnapshotRequest {

        /** Properties of a SnapshotRequest. */
        interface $Properties {

            /** SnapshotRequest position */
            position?: (peer.Position.$Properties|null);

            /** SnapshotRequest table */
            table?: (number|null);

            /** SnapshotRequest key */
            key?: (Uint8Array|null);

            /** SnapshotRequest rows */
            rows?: (Long|null);

            /** SnapshotRequest checksum */
            checksum?: (Long|null);

            /** SnapshotRequest credits */
            credits?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a SnapshotRequest. */
        type $Shape = peer.SnapshotRequest.$Properties;
    }

    /**
     * Properties of a SnapshotChunk.
     * @deprecated Use peer.SnapshotChunk.$Properties instead.
     */
    interface ISnapshotChunk extends peer.SnapshotChunk.$Properties {
    }

    /** Represents a SnapshotChunk. */
    class SnapshotChunk {

        /**
         * Constructs a new SnapshotChunk.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.SnapshotChunk.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** SnapshotChunk position. */
        position?: (peer.Position.$Properties|null);

        /** SnapshotChunk rows. */
        rows: Uint8Array;

        /** SnapshotChunk count. */
        count: Long;

        /** SnapshotChunk checksum. */
        checksum: Long;

        /** SnapshotChunk done. */
        done: boolean;

        /**
         * Creates a new SnapshotChunk instance using the specified properties.
         * @param [properties] Properties to set
         * @returns SnapshotChunk instance
         */
        static create(properties: peer.SnapshotChunk.$Shape): peer.SnapshotChunk & peer.SnapshotChunk.$Shape;
        static create(properties?: peer.SnapshotChunk.$Properties): peer.SnapshotChunk;

        /**
         * Encodes the specified SnapshotChunk message. Does not implicitly {@link peer.SnapshotChunk.verify|verify} messages.
         * @param message SnapshotChunk message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.SnapshotChunk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a SnapshotChunk message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.SnapshotChunk & peer.SnapshotChunk.$Shape} SnapshotChunk
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.SnapshotChunk & peer.SnapshotChunk.$Shape;
    }

    namespace SnapshotChunk {

        /** Properties of a SnapshotChunk. */
        interface $Properties {

            /** SnapshotChunk position */
            position?: (peer.Position.$Properties|null);

            /** SnapshotChunk rows */
            rows?: (Uint8Array|null);

            /** SnapshotChunk count */
            count?: (Long|null);

            /** SnapshotChunk checksum */
            checksum?: (Long|null);

            /** SnapshotChunk done */
            done?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a SnapshotChunk. */
        type $Shape = peer.SnapshotChunk.$Properties;
    }

    /**
     * Properties of a SnapshotCredit.
     * @deprecated Use peer.SnapshotCredit.$Properties instead.
     */
    interface ISnapshotCredit extends peer.SnapshotCredit.$Properties {
    }

    /** Represents a SnapshotCredit. */
    class SnapshotCredit {

        /**
         * Constructs a new SnapshotCredit.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.SnapshotCredit.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** SnapshotCredit position. */
        position?: (peer.Position.$Properties|null);

        /** SnapshotCredit credits. */
        credits: number;

        /**
         * Creates a new SnapshotCredit instance using the specified properties.
         * @param [properties] Properties to set
         * @returns SnapshotCredit instance
         */
        static create(properties: peer.SnapshotCredit.$Shape): peer.SnapshotCredit & peer.SnapshotCredit.$Shape;
        static create(properties?: peer.SnapshotCredit.$Properties): peer.SnapshotCredit;

        /**
         * Encodes the specified SnapshotCredit message. Does not implicitly {@link peer.SnapshotCredit.verify|verify} messages.
         * @param message SnapshotCredit message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.SnapshotCredit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a SnapshotCredit message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.SnapshotCredit & peer.SnapshotCredit.$Shape} SnapshotCredit
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.SnapshotCredit & peer.SnapshotCredit.$Shape;
    }

    namespace SnapshotCredit {

        /** Properties of a SnapshotCredit. */
        interface $Properties {

            /** SnapshotCredit position */
            position?: (peer.Position.$Properties|null);

            /** SnapshotCredit credits */
            credits?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a SnapshotCredit. */
        type $Shape = peer.SnapshotCredit.$Properties;
    }

    /**
     * Properties of a SnapshotGone.
     * @deprecated Use peer.SnapshotGone.$Properties instead.
     */
    interface ISnapshotGone extends peer.SnapshotGone.$Properties {
    }

    /** Represents a SnapshotGone. */
    class SnapshotGone {

        /**
         * Constructs a new SnapshotGone.
         * @param [properties] Properties to set
         */
        constructor(properties?: peer.SnapshotGone.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** SnapshotGone position. */
        position?: (peer.Position.$Properties|null);

        /**
         * Creates a new SnapshotGone instance using the specified properties.
         * @param [properties] Properties to set
         * @returns SnapshotGone instance
         */
        static create(properties: peer.SnapshotGone.$Shape): peer.SnapshotGone & peer.SnapshotGone.$Shape;
        static create(properties?: peer.SnapshotGone.$Properties): peer.SnapshotGone;

        /**
         * Encodes the specified SnapshotGone message. Does not implicitly {@link peer.SnapshotGone.verify|verify} messages.
         * @param message SnapshotGone message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: peer.SnapshotGone.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a SnapshotGone message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {peer.SnapshotGone & peer.SnapshotGone.$Shape} SnapshotGone
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): peer.SnapshotGone & peer.SnapshotGone.$Shape;
    }

    namespace SnapshotGone {

        /** Properties of a SnapshotGone. */
        interface $Properties {

            /** SnapshotGone position */
            position?: (peer.Position.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a SnapshotGone. */
        type $Shape = peer.SnapshotGone.$Properties;
    }
}
