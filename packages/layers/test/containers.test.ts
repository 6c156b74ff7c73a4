import { ones, type Tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { type AnyModule, Linear, Module, ModuleDict, ModuleList, Parameter, ParameterDict, ParameterList, ReLU, Sequential, Tanh } from '../src/index.ts';

const names = (module: AnyModule): string[] => module.namedParameters().map(([path]) => path);
const types = (modules: Iterable<AnyModule>): string[] => [...modules].map(({ typeName }) => typeName);

describe('Sequential', () => {
  it('takes names', () => {
    const model = new Sequential({ hidden: new Linear(2, 3), act: new ReLU(), outLayer: new Linear(3, 1) });
    expect(names(model)).toEqual(['hidden.weight', 'hidden.bias', 'outLayer.weight', 'outLayer.bias']);
    expect(Object.keys(model.stateDict())).toContain('out_layer.weight');
    expect(model.forward(zeros([4, 2])).shape).toEqual([4, 1]);
    expect(model.length).toBe(3);
    expect(model.at(-1).typeName).toBe('Linear');
    expect(() => model.insert(0, new ReLU())).toThrow('Sequential: its parts have names, such as hidden. Positions cannot be shifted: make another one.');
    for (const key of ['forward', 'training', 'a.b', '']) expect(() => new Sequential({ [key]: new ReLU() })).toThrow(/^Sequential: '/);
  });

  it('grows, shrinks and is cut', () => {
    const model = new Sequential(new Linear(2, 2), new Tanh());
    model.insert(1, new ReLU()).extend([new Linear(2, 1)]).insert(-1, new Tanh());
    expect(types(model)).toEqual(['Linear', 'ReLU', 'Tanh', 'Tanh', 'Linear']);
    expect(model.pop(1).typeName).toBe('ReLU');
    expect(model.pop().typeName).toBe('Linear');
    expect(types(model)).toEqual(['Linear', 'Tanh', 'Tanh']);
    expect(model.slice(0, -1)).toBeInstanceOf(Sequential);
    expect(model.slice(0, 1)[0]).toBe(model[0]);
    model[1] = new ReLU();
    expect(types(model)).toEqual(['Linear', 'ReLU', 'Tanh']);
    expect(() => model.insert(5, new ReLU())).toThrow('insert: position 5 in a Sequential of 3');
    expect(() => model.append('relu' as unknown as Module)).toThrow('Sequential: relu is neither a module nor a parameter');
  });
});

describe('ModuleList', () => {
  class Residual extends Module {
    blocks = new ModuleList([new Linear(2, 2), new Linear(2, 2)]);
    forward(x: Tensor): Tensor {
      let y = x;
      for (const block of this.blocks) y = y.add(block.forward(y));
      return y;
    }
  }
  it('is a list that a forward of one\'s own walks', () => {
    const model = new Residual();
    expect(names(model)).toEqual(['blocks.0.weight', 'blocks.0.bias', 'blocks.1.weight', 'blocks.1.bias']);
    model.forward(ones([3, 2])).sum().backward();
    expect(model.parameters().every(({ grad }) => grad !== null)).toBe(true);
    expect(model.blocks.slice(1).length).toBe(1);
    expect(model.blocks.append(new Linear(2, 2)).length).toBe(3);
    expect(() => (model.blocks as unknown as Module).forward(ones([1]))).toThrow('ModuleList: it has no forward. Call the modules in it, or use Sequential.');
    expect(() => new ModuleList().at(0)).toThrow('at: there is no module 0 in a ModuleList of 0');
  });
});

describe('ModuleDict', () => {
  it('is a dictionary', () => {
    const heads = new ModuleDict({ digits: new Linear(2, 10), letters: new Linear(2, 26) });
    expect(names(heads)).toEqual(['digits.weight', 'digits.bias', 'letters.weight', 'letters.bias']);
    expect(heads.get('letters').forward(ones([1, 2])).shape).toEqual([1, 26]);
    expect([heads.has('digits'), heads.has('get'), heads.keys(), heads.length]).toEqual([true, false, ['digits', 'letters'], 2]);
    const digits = heads.get('digits');
    expect(heads.pop('digits')).toBe(digits);
    heads.set('letters', digits).update({ more: new Linear(1, 1) });
    expect(heads.values()[0]).toBe(digits);
    expect(() => heads.get('digits')).toThrow("get: there is no 'digits' in the ModuleDict. It has letters, more.");
    expect(() => heads.set('keys', digits)).toThrow("ModuleDict: 'keys' is the name of something that it has. Use another one.");
    heads.clear();
    expect(heads.entries()).toEqual([]);
  });
});

describe('parameters in lists and dictionaries', () => {
  it('are found, and made of tensors', () => {
    const list = new ParameterList([ones([2]), new Parameter(zeros([3]))]).append(ones([1]) as Parameter);
    expect(list.parameters().map(({ shape }) => shape)).toEqual([[2], [3], [1]]);
    expect(Object.keys(list.stateDict())).toEqual(['0', '1', '2']);
    expect([...list].every((item) => item.requiresGrad)).toBe(true);
    const dict = new ParameterDict({ scale: ones([2]) }).set('shift', zeros([2]));
    expect(Object.keys(dict.stateDict())).toEqual(['scale', 'shift']);
    expect(dict.get('scale').requiresGrad).toBe(true);
    expect(list.slice(1).length).toBe(2);
  });
});
