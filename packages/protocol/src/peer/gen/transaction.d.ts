import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace rookery. */
export namespace rookery {

    /**
     * Properties of a Transaction.
     * @deprecated Use rookery.Transaction.$Properties instead.
     */
    interface ITransaction extends rookery.Transaction.$Properties {
    }

    /** Represents a Transaction. */
    class Transaction {

        /**
         * Constructs a new Transaction.
         * @param [properties] Properties to set
         */
        constructor(properties?: rookery.Transaction.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Transaction session. */
        session: Long;

        /** Transaction xid. */
        xid: number;

        /** Transaction timeMs. */
        timeMs: Long;

        /** Transaction failure. */
        failure?: (number|null);

        /** Transaction create. */
        create?: (rookery.Create.$Properties|null);

        /** Transaction delete. */
        delete?: (rookery.Delete.$Properties|null);

        /** Transaction setData. */
        setData?: (rookery.SetData.$Properties|null);

        /** Transaction setAcl. */
        setAcl?: (rookery.SetAcl.$Properties|null);

        /** Transaction createSession. */
        createSession?: (rookery.CreateSession.$Properties|null);

        /** Transaction closeSession. */
        closeSession?: (rookery.CloseSession.$Properties|null);

        /** Transaction multi. */
        multi?: (rookery.Multi.$Properties|null);

        /** Transaction change. */
        change?: ("failure"|"create"|"delete"|"setData"|"setAcl"|"createSession"|"closeSession"|"multi");

        /**
         * Creates a new Transaction instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Transaction instance
         */
        static create(properties: rookery.Transaction.$Shape): rookery.Transaction & rookery.Transaction.$Shape;
        static create(properties?: rookery.Transaction.$Properties): rookery.Transaction;

        /**
         * Encodes the specified Transaction message. Does not implicitly {@link rookery.Transaction.verify|verify} messages.
         * @param message Transaction message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: rookery.Transaction.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Transaction message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {rookery.Transaction & rookery.Transaction.$Shape} Transaction
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): rookery.Transaction & rookery.Transaction.$Shape;

        /**
         * Creates a Transaction message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Transaction
         */
        static fromObject(object: { [k: string]: any }): rookery.Transaction;

        /**
         * Creates a plain object from a Transaction message. Also converts values to other types if specified.
         * @param message Transaction
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: rookery.Transaction, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Transaction to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };
    }

    namespace Transaction {

        /** Properties of a Transaction. */
        interface $Properties {

            /** Transaction session */
            session?: (Long|null);

            /** Transaction xid */
            xid?: (number|null);

            /** Transaction timeMs */
            timeMs?: (Long|null);

            /** Transaction failure */
            failure?: (number|null);

            /** Transaction create */
            create?: (rookery.Create.$Properties|null);

            /** Transaction delete */
            "delete"?: (rookery.Delete.$Properties|null);

            /** Transaction setData */
            setData?: (rookery.SetData.$Properties|null);

            /** Transaction setAcl */
            setAcl?: (rookery.SetAcl.$Properties|null);

            /** Transaction createSession */
            createSession?: (rookery.CreateSession.$Properties|null);

            /** Transaction closeSession */
            closeSession?: (rookery.CloseSession.$Properties|null);

            /** Transaction multi */
            multi?: (rookery.Multi.$Properties|null);

            /** Transaction change */
            change?: ("failure"|"create"|"delete"|"setData"|"setAcl"|"createSession"|"closeSession"|"multi");

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Narrowed shape of a Transaction. */
        type $Shape = {
          session?: Long|null;
          xid?: number|null;
          timeMs?: Long|null;
          failure?: number|null;
          create?: rookery.Create.$Shape|null;
          "delete"?: rookery.Delete.$Shape|null;
          setData?: rookery.SetData.$Shape|null;
          setAcl?: rookery.SetAcl.$Shape|null;
          createSession?: rookery.CreateSession.$Shape|null;
          closeSession?: rookery.CloseSession.$Shape|null;
          multi?: rookery.Multi.$Shape|null;
          $unknowns?: Uint8Array[];
        } & (
          ({ change?: undefined; failure?: null; create?: null; "delete"?: null; setData?: null; setAcl?: null; createSession?: null; closeSession?: null; multi?: null }|{ change?: "failure"; failure: number; create?: null; "delete"?: null; setData?: null; setAcl?: null; createSession?: null; closeSession?: null; multi?: null }|{ change?: "create"; failure?: null; create: rookery.Create.$Shape; "delete"?: null; setData?: null; setAcl?: null; createSession?: null; closeSession?: null; multi?: null }|{ change?: "delete"; failure?: null; create?: null; "delete": rookery.Delete.$Shape; setData?: null; setAcl?: null; createSession?: null; closeSession?: null; multi?: null }|{ change?: "setData"; failure?: null; create?: null; "delete"?: null; setData: rookery.SetData.$Shape; setAcl?: null; createSession?: null; closeSession?: null; multi?: null }|{ change?: "setAcl"; failure?: null; create?: null; "delete"?: null; setData?: null; setAcl: rookery.SetAcl.$Shape; createSession?: null; closeSession?: null; multi?: null }|{ change?: "createSession"; failure?: null; create?: null; "delete"?: null; setData?: null; setAcl?: null; createSession: rookery.CreateSession.$Shape; closeSession?: null; multi?: null }|{ change?: "closeSession"; failure?: null; create?: null; "delete"?: null; setData?: null; setAcl?: null; createSession?: null; closeSession: rookery.CloseSession.$Shape; multi?: null }|{ change?: "multi"; failure?: null; create?: null; "delete"?: null; setData?: null; setAcl?: null; createSession?: null; closeSession?: null; multi: rookery.Multi.$Shape })
        );
    }

    /** NodeKind enum. */
    enum NodeKind {

        /** PERSISTENT value */
        PERSISTENT = 0,

        /** EPHEMERAL value */
        EPHEMERAL = 1,

        /** CONTAINER value */
        CONTAINER = 2,

        /** TTL value */
        TTL = 3
    }

    /**
     * Properties of a Create.
     * @deprecated Use rookery.Create.$Properties instead.
     */
    interface ICreate extends rookery.Create.$Properties {
    }

    /** Represents a Create. */
    class Create {

        /**
         * Constructs a new Create.
         * @param [properties] Properties to set
         */
        constructor(properties?: rookery.Create.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Create path. */
        path: string;

        /** Create data. */
        data?: (Uint8Array|null);

        /** Create acl. */
        acl: Uint8Array;

        /** Create kind. */
        kind: rookery.NodeKind;

        /** Create ttlMs. */
        ttlMs: Long;

        /** Create parentCversion. */
        parentCversion: number;

        /** Create withStat. */
        withStat: boolean;

        /**
         * Creates a new Create instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Create instance
         */
        static create(properties: rookery.Create.$Shape): rookery.Create & rookery.Create.$Shape;
        static create(properties?: rookery.Create.$Properties): rookery.Create;

        /**
         * Encodes the specified Create message. Does not implicitly {@link rookery.Create.verify|verify} messages.
         * @param message Create message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: rookery.Create.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Create message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {rookery.Create & rookery.Create.$Shape} Create
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): rookery.Create & rookery.Create.$Shape;

        /**
         * Creates a Create message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Create
         */
        static fromObject(object: { [k: string]: any }): rookery.Create;

        /**
         * Creates a plain object from a Create message. Also converts values to other types if specified.
         * @param message Create
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: rookery.Create, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Create to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };
    }

    namespace Create {

        /** Properties of a Create. */
        interface $Properties {

            /** Create path */
            path?: (string|null);

            /** Create data */
            data?: (Uint8Array|null);

            /** Create acl */
            acl?: (Uint8Array|null);

            /** Create kind */
            kind?: (rookery.NodeKind|null);

            /** Create ttlMs */
            ttlMs?: (Long|null);

            /** Create parentCversion */
            parentCversion?: (number|null);

            /** Create withStat */
            withStat?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Create. */
        type $Shape = rookery.Create.$Properties;
    }

    /**
     * Properties of a Delete.
     * @deprecated Use rookery.Delete.$Properties instead.
     */
    interface IDelete extends rookery.Delete.$Properties {
    }

    /** Represents a Delete. */
    class Delete {

        /**
         * Constructs a new Delete.
         * @param [properties] Properties to set
         */
        constructor(properties?: rookery.Delete.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Delete path. */
        path: string;

        /**
         * Creates a new Delete instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Delete instance
         */
        static create(properties: rookery.Delete.$Shape): rookery.Delete & rookery.Delete.$Shape;
        static create(properties?: rookery.Delete.$Properties): rookery.Delete;

        /**
         * Encodes the specified Delete message. Does not implicitly {@link rookery.Delete.verify|verify} messages.
         * @param message Delete message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: rookery.Delete.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Delete message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {rookery.Delete & rookery.Delete.$Shape} Delete
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): rookery.Delete & rookery.Delete.$Shape;

        /**
         * Creates a Delete message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Delete
         */
        static fromObject(object: { [k: string]: any }): rookery.Delete;

        /**
         * Creates a plain object from a Delete message. Also converts values to other types if specified.
         * @param message Delete
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: rookery.Delete, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Delete to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };
    }

    namespace Delete {

        /** Properties of a Delete. */
        interface $Properties {

            /** Delete path */
            path?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Delete. */
        type $Shape = rookery.Delete.$Properties;
    }

    /**
     * Properties of a SetData.
     * @deprecated Use rookery.SetData.$Properties instead.
     */
    interface ISetData extends rookery.SetData.$Properties {
    }

    /** Represents a SetData. */
    class SetData {

        /**
         * Constructs a new SetData.
         * @param [properties] Properties to set
         */
        constructor(properties?: rookery.SetData.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** SetData path. */
        path: string;

        /** SetData data. */
        data?: (Uint8Array|null);

        /** SetData version. */
        version: number;

        /**
         * Creates a new SetData instance using the specified properties.
         * @param [properties] Properties to set
         * @returns SetData instance
         */
        static create(properties: rookery.SetData.$Shape): rookery.SetData & rookery.SetData.$Shape;
        static create(properties?: rookery.SetData.$Properties): rookery.SetData;

        /**
         * Encodes the specified SetData message. Does not implicitly {@link rookery.SetData.verify|verify} messages.
         * @param message SetData message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: rookery.SetData.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a SetData message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {rookery.SetData & rookery.SetData.$Shape} SetData
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): rookery.SetData & rookery.SetData.$Shape;

        /**
         * Creates a SetData message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns SetData
         */
        static fromObject(object: { [k: string]: any }): rookery.SetData;

        /**
         * Creates a plain object from a SetData message. Also converts values to other types if specified.
         * @param message SetData
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: rookery.SetData, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this SetData to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };
    }

    namespace SetData {

        /** Properties of a SetData. */
        interface $Properties {

            /** SetData path */
            path?: (string|null);

            /** SetData data */
            data?: (Uint8Array|null);

            /** SetData version */
            version?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a SetData. */
        type $Shape = rookery.SetData.$Properties;
    }

    /**
     * Properties of a SetAcl.
     * @deprecated Use rookery.SetAcl.$Properties instead.
     */
    interface ISetAcl extends rookery.SetAcl.$Properties {
    }

    /** Represents a SetAcl. */
    class SetAcl {

        /**
         * Constructs a new SetAcl.
         * @param [properties] Properties to set
         */
        constructor(properties?: rookery.SetAcl.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** SetAcl path. */
        path: string;

        /** SetAcl acl. */
        acl: Uint8Array;

        /** SetAcl aversion. */
        aversion: number;

        /**
         * Creates a new SetAcl instance using the specified properties.
         * @param [properties] Properties to set
         * @returns SetAcl instance
         */
        static create(properties: rookery.SetAcl.$Shape): rookery.SetAcl & rookery.SetAcl.$Shape;
        static create(properties?: rookery.SetAcl.$Properties): rookery.SetAcl;

        /**
         * Encodes the specified SetAcl message. Does not implicitly {@link rookery.SetAcl.verify|verify} messages.
         * @param message SetAcl message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: rookery.SetAcl.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a SetAcl message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {rookery.SetAcl & rookery.SetAcl.$Shape} SetAcl
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): rookery.SetAcl & rookery.SetAcl.$Shape;

        /**
         * Creates a SetAcl message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns SetAcl
         */
        static fromObject(object: { [k: string]: any }): rookery.SetAcl;

        /**
         * Creates a plain object from a SetAcl message. Also converts values to other types if specified.
         * @param message SetAcl
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: rookery.SetAcl, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this SetAcl to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };
    }

    namespace SetAcl {

        /** Properties of a SetAcl. */
        interface $Properties {

            /** SetAcl path */
            path?: (string|null);

            /** SetAcl acl */
            acl?: (Uint8Array|null);

            /** SetAcl aversion */
            aversion?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a SetAcl. */
        type $Shape = rookery.SetAcl.$Properties;
    }

    /**
     * Properties of a CreateSession.
     * @deprecated Use rookery.CreateSession.$Properties instead.
     */
    interface ICreateSession extends rookery.CreateSession.$Properties {
    }

    /** Represents a CreateSession. */
    class CreateSession {

        /**
         * Constructs a new CreateSession.
         * @param [properties] Properties to set
         */
        constructor(properties?: rookery.CreateSession.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** CreateSession timeoutMs. */
        timeoutMs: number;

        /**
         * Creates a new CreateSession instance using the specified properties.
         * @param [properties] Properties to set
         * @returns CreateSession instance
         */
        static create(properties: rookery.CreateSession.$Shape): rookery.CreateSession & rookery.CreateSession.$Shape;
        static create(properties?: rookery.CreateSession.$Properties): rookery.CreateSession;

        /**
         * Encodes the specified CreateSession message. Does not implicitly {@link rookery.CreateSession.verify|verify} messages.
         * @param message CreateSession message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: rookery.CreateSession.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a CreateSession message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {rookery.CreateSession & rookery.CreateSession.$Shape} CreateSession
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): rookery.CreateSession & rookery.CreateSession.$Shape;

        /**
         * Creates a CreateSession message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns CreateSession
         */
        static fromObject(object: { [k: string]: any }): rookery.CreateSession;

        /**
         * Creates a plain object from a CreateSession message. Also converts values to other types if specified.
         * @param message CreateSession
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: rookery.CreateSession, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this CreateSession to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };
    }

    namespace CreateSession {

        /** Properties of a CreateSession. */
        interface $Properties {

            /** CreateSession timeoutMs */
            timeoutMs?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a CreateSession. */
        type $Shape = rookery.CreateSession.$Properties;
    }

    /**
     * Properties of a CloseSession.
     * @deprecated Use rookery.CloseSession.$Properties instead.
     */
    interface ICloseSession extends rookery.CloseSession.$Properties {
    }

    /** Represents a CloseSession. */
    class CloseSession {

        /**
         * Constructs a new CloseSession.
         * @param [properties] Properties to set
         */
        constructor(properties?: rookery.CloseSession.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** CloseSession paths. */
        paths: string[];

        /**
         * Creates a new CloseSession instance using the specified properties.
         * @param [properties] Properties to set
         * @returns CloseSession instance
         */
        static create(properties: rookery.CloseSession.$Shape): rookery.CloseSession & rookery.CloseSession.$Shape;
        static create(properties?: rookery.CloseSession.$Properties): rookery.CloseSession;

        /**
         * Encodes the specified CloseSession message. Does not implicitly {@link rookery.CloseSession.verify|verify} messages.
         * @param message CloseSession message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: rookery.CloseSession.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a CloseSession message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {rookery.CloseSession & rookery.CloseSession.$Shape} CloseSession
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): rookery.CloseSession & rookery.CloseSession.$Shape;

        /**
         * Creates a CloseSession message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns CloseSession
         */
        static fromObject(object: { [k: string]: any }): rookery.CloseSession;

        /**
         * Creates a plain object from a CloseSession message. Also converts values to other types if specified.
         * @param message CloseSession
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: rookery.CloseSession, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this CloseSession to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };
    }

    namespace CloseSession {

        /** Properties of a CloseSession. */
        interface $Properties {

            /** CloseSession paths */
            paths?: (string[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a CloseSession. */
        type $Shape = rookery.CloseSession.$Properties;
    }

    /**
     * Properties of a Multi.
     * @deprecated Use rookery.Multi.$Properties instead.
     */
    interface IMulti extends rookery.Multi.$Properties {
    }

    /** Represents a Multi. */
    class Multi {

        /**
         * Constructs a new Multi.
         * @param [properties] Properties to set
         */
        constructor(properties?: rookery.Multi.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Multi operations. */
        operations: rookery.Operation.$Properties[];

        /**
         * Creates a new Multi instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Multi instance
         */
        static create(properties: rookery.Multi.$Shape): rookery.Multi & rookery.Multi.$Shape;
        static create(properties?: rookery.Multi.$Properties): rookery.Multi;

        /**
         * Encodes the specified Multi message. Does not implicitly {@link rookery.Multi.verify|verify} messages.
         * @param message Multi message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: rookery.Multi.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Multi message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {rookery.Multi & rookery.Multi.$Shape} Multi
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): rookery.Multi & rookery.Multi.$Shape;

        /**
         * Creates a Multi message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Multi
         */
        static fromObject(object: { [k: string]: any }): rookery.Multi;

        /**
         * Creates a plain object from a Multi message. Also converts values to other types if specified.
         * @param message Multi
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: rookery.Multi, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Multi to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };
    }

    namespace Multi {

        /** Properties of a Multi. */
        interface $Properties {

            /** Multi operations */
            operations?: (rookery.Operation.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Multi. */
        type $Shape = {
          operations?: rookery.Operation.$Shape[]|null;
          $unknowns?: Uint8Array[];
        };
    }

    /**
     * Properties of an Operation.
     * @deprecated Use rookery.Operation.$Properties instead.
     */
    interface IOperation extends rookery.Operation.$Properties {
    }

    /** Represents an Operation. */
    class Operation {

        /**
         * Constructs a new Operation.
         * @param [properties] Properties to set
         */
        constructor(properties?: rookery.Operation.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Operation create. */
        create?: (rookery.Create.$Properties|null);

        /** Operation delete. */
        delete?: (rookery.Delete.$Properties|null);

        /** Operation setData. */
        setData?: (rookery.SetData.$Properties|null);

        /** Operation setAcl. */
        setAcl?: (rookery.SetAcl.$Properties|null);

        /** Operation failure. */
        failure?: (number|null);

        /** Operation check. */
        check?: (boolean|null);

        /** Operation change. */
        change?: ("create"|"delete"|"setData"|"setAcl"|"failure"|"check");

        /**
         * Creates a new Operation instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Operation instance
         */
        static create(properties: rookery.Operation.$Shape): rookery.Operation & rookery.Operation.$Shape;
        static create(properties?: rookery.Operation.$Properties): rookery.Operation;

        /**
         * Encodes the specified Operation message. Does not implicitly {@link rookery.Operation.verify|verify} messages.
         * @param message Operation message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: rookery.Operation.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an Operation message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {rookery.Operation & rookery.Operation.$Shape} Operation
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): rookery.Operation & rookery.Operation.$Shape;

        /**
         * Creates an Operation message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Operation
         */
        static fromObject(object: { [k: string]: any }): rookery.Operation;

        /**
         * Creates a plain object from an Operation message. Also converts values to other types if specified.
         * @param message Operation
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: rookery.Operation, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Operation to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };
    }

    namespace Operation {

        /** Properties of an Operation. */
        interface $Properties {

            /** Operation create */
            create?: (rookery.Create.$Properties|null);

            /** Operation delete */
            "delete"?: (rookery.Delete.$Properties|null);

            /** Operation setData */
            setData?: (rookery.SetData.$Properties|null);

            /** Operation setAcl */
            setAcl?: (rookery.SetAcl.$Properties|null);

            /** Operation failure */
            failure?: (number|null);

            /** Operation check */
            check?: (boolean|null);

            /** Operation change */
            change?: ("create"|"delete"|"setData"|"setAcl"|"failure"|"check");

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Narrowed shape of an Operation. */
        type $Shape = {
          create?: rookery.Create.$Shape|null;
          "delete"?: rookery.Delete.$Shape|null;
          setData?: rookery.SetData.$Shape|null;
          setAcl?: rookery.SetAcl.$Shape|null;
          failure?: number|null;
          check?: boolean|null;
          $unknowns?: Uint8Array[];
        } & (
          ({ change?: undefined; create?: null; "delete"?: null; setData?: null; setAcl?: null; failure?: null; check?: null }|{ change?: "create"; create: rookery.Create.$Shape; "delete"?: null; setData?: null; setAcl?: null; failure?: null; check?: null }|{ change?: "delete"; create?: null; "delete": rookery.Delete.$Shape; setData?: null; setAcl?: null; failure?: null; check?: null }|{ change?: "setData"; create?: null; "delete"?: null; setData: rookery.SetData.$Shape; setAcl?: null; failure?: null; check?: null }|{ change?: "setAcl"; create?: null; "delete"?: null; setData?: null; setAcl: rookery.SetAcl.$Shape; failure?: null; check?: null }|{ change?: "failure"; create?: null; "delete"?: null; setData?: null; setAcl?: null; failure: number; check?: null }|{ change?: "check"; create?: null; "delete"?: null; setData?: null; setAcl?: null; failure?: null; check: boolean })
        );
    }
}
